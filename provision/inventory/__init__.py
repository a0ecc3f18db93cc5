"""Fleet and Server: an inventory, loaded and validated offline; region codes; support dates."""

from provision.inventory.faults import Fault, InventoryInvalid
from provision.inventory.load import load
from provision.inventory.model import Attestation, Connection, DeclaredPort, Document, Fleet, Server, Waiver
from provision.inventory.ports import declared_ports, source_networks
from provision.inventory.settings import Settings

__all__ = [
    "Attestation",
    "Connection",
    "DeclaredPort",
    "Document",
    "Fault",
    "Fleet",
    "InventoryInvalid",
    "Server",
    "Settings",
    "Waiver",
    "declared_ports",
    "load",
    "source_networks",
]
