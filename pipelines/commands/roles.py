"""`spawnwise roles`: the roles that may only read this database."""

import argparse
import sys

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.roles import administrators_script, grant_reading_roles, reading_roles
from recommender.terminal import printable

USES = {"analyst": "reads the marts and the serving tables", "lookup": "reads the serving tables"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "--print", action="store_true", help="print what an administrator of the server has to run, and do nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Create and equip the roles, and say what they may do; return 1 where an administrator is needed."""
    with Warehouse.open(Settings()) as warehouse:
        if arguments.print:
            print(administrators_script(warehouse))
            return 0
        notice = grant_reading_roles(warehouse)
        roles = reading_roles(warehouse)
    for role in roles:
        print(printable(f"{role.name:<28} {role.fault.removeprefix(role.name).strip() or USES[role.kind]}"))
    if notice:
        print(printable(notice), file=sys.stderr)
    elif any(role.fault for role in roles):
        print("Have an administrator run what `spawnwise roles --print` prints.", file=sys.stderr)
    else:
        print("Give them to people: grant ROLE to PERSON.")
        return 0
    return 1
