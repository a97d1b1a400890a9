"""The server extension: it changes one switch, and never breaks a server."""

import importlib
import json
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import brainlab_server
from brainlab_server import SETTING, _load_jupyter_server_extension, no_delay


class Connection:
    def __init__(self, handler):
        self.websocket_handler = handler

    async def connect(self):
        return "connected"


def run(coroutine):
    """Its result; it waits for nothing, so it needs no loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value


def app(**settings):
    return SimpleNamespace(web_app=SimpleNamespace(settings=settings), log=logging.getLogger("test"))


def test_it_derives_from_what_is_configured_and_sets_the_switch():
    server, switched = app(**{SETTING: Connection}), []
    _load_jupyter_server_extension(server)
    _load_jupyter_server_extension(server)  # twice is once
    cls = server.web_app.settings[SETTING]
    assert cls.__mro__[1] is Connection
    assert run(cls(SimpleNamespace(set_nodelay=switched.append)).connect()) == "connected"
    assert switched == [True]


def test_a_server_that_is_not_as_expected_is_left_alone(caplog):
    for strange in (app(), app(**{SETTING: None}), SimpleNamespace(log=logging.getLogger("test"))):
        _load_jupyter_server_extension(strange)
    assert caplog.text.count("left as they are") == 3
    assert run(no_delay(Connection)(handler=None).connect()) == "connected"
    assert "later than they could" in caplog.text


def test_it_knows_jupyter_servers_own_class():
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

    from brainlab_server.voila import Connection as ForVoila

    assert issubclass(ForVoila, ZMQChannelsWebsocketConnection) and ForVoila.no_delay
    assert no_delay(ForVoila) is ForVoila
    assert brainlab_server._jupyter_server_extension_points() == [{"module": "brainlab_server"}]


def test_the_configuration_that_is_installed_names_what_exists():
    folder = Path(__file__).resolve().parent.parent / "jupyter-config"
    server = json.loads((folder / "brainlab.json").read_text())["ServerApp"]["jpserver_extensions"]
    assert server == {"brainlab_server": True}
    module, name = json.loads((folder / "voila.json").read_text())["Voila"]["kernel_websocket_connection_class"].rsplit(
        ".", 1
    )
    assert getattr(importlib.import_module(module), name).no_delay


def test_the_server_does_not_load_jax():
    code = "import sys, brainlab_server; assert not {'jax', 'brainlab', 'numpy'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
