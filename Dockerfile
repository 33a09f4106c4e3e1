# harness with the embedded Lean: docker run --rm -v "$PWD":/project IMAGE check
FROM python:3.12-slim
COPY pyproject.toml README.md /src/
COPY harness /src/harness
COPY specs /src/specs
RUN python -m pip install --no-cache-dir "/src[embedded,symbolic,checkpoints]" && rm -r /src
# Lean is installed on first use, into a volume if one is given: --volume lean:/cache
ENV HARNESS_CACHE_DIR=/cache
WORKDIR /project
ENTRYPOINT ["harness"]
CMD ["check"]
