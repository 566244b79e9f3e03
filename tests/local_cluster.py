"""A cluster on this machine, for tests and benchmarks."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


class LocalCluster:
    """A scheduler and some workers, each a process without a nanny that would start it again."""

    def __init__(self, folder: Path, count: int = 2, **environment: str) -> None:
        self.folder, self._file, self._environment = folder, folder / "scheduler.json", environment
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        while not self._file.exists() or not self._file.read_text().endswith("}"):
            time.sleep(0.05)
        self.workers = [self.worker() for _ in range(count)]
        self.address: str = json.loads(self._file.read_text())["address"]

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start("dask_worker", "--nthreads", "1", "--no-nanny")

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}"]
        return subprocess.Popen(
            [*command, *words, "--scheduler-file", str(self._file), "--no-dashboard"],
            cwd=self.folder,
            # where the tasks of this file are
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)} | self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
