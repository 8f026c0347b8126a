"""The key that a gateway signs its own folder of policies with: made by itself, and made anew where it is lost."""
import subprocess
import time

from conftest import AEGIS, FIRST_LIGHT, exchange, free_port


def served(home, port, expecting):
    """Serves the folder until `/readyz` or the end of the process; what policies it then has, and what it said."""
    with open(home / "aegis.log", "w+") as log:
        process = subprocess.Popen([AEGIS, "serve", "--policies", FIRST_LIGHT, "--data-dir", home / "data", "--listen", f"127.0.0.1:{port}",
                                    "--grpc", "off"], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while process.poll() is None and not ready(port):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            version = exchange(port, "GET", "/v1/status")[2]["tenants"][0]["policy_version"] if process.poll() is None else None
        finally:
            process.terminate()
            code = process.wait(20)
        log.seek(0)
        assert code == expecting
        return version, log.read()


def ready(port):
    try:
        return exchange(port, "GET", "/readyz")[0] == 200
    except OSError:
        return False


def test_a_lost_development_key_is_made_anew_and_the_numbers_of_versions_go_on(tmp_path):
    port = free_port()
    first, _ = served(tmp_path, port, 0)
    assert first.split("@")[0].endswith("/1")
    private, public = tmp_path / "data/keys/development.pem", tmp_path / "data/keys/development.pub.pem"
    private.unlink()
    _, said = served(tmp_path, port, 1)
    assert said == (f"error: `{public}` is there, and the private key `{private}` is gone\n"
                    "fix: bring the private key back from a copy; or move the public one away, and a new pair is made\n")
    public.unlink()
    second, _ = served(tmp_path, port, 0)
    assert second.split("@")[0].endswith("/2")
    again, _ = served(tmp_path, port, 0)
    assert again == second
