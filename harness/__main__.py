from harness.start import main

main()
