theorem fast : (List.range 100).length = 100 := by native_decide
