"""The connection class that Voila is configured with (`etc/jupyter/voila.json`): Voila loads no server extensions."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from . import no_delay

Connection = no_delay(ZMQChannelsWebsocketConnection)
