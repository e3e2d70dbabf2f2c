"""A process that is ended by its pid."""
import signal
import subprocess


class RunningProcess:
    """A context manager around `process`, which runs while the block does."""

    process: subprocess.Popen
    seconds_to_stop = 15

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.seconds_to_stop)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
