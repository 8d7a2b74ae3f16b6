"""`spawnwise roles`: the roles that may only read this database, and who sees which project."""

import argparse
import sys

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.project_readers import allow, forbid, projects_by_reader
from pipelines.warehouse.roles import administrators_script, grant_reading_roles, reading_roles
from recommender.terminal import printable

USES = {
    "analyst": "reads the marts and the serving tables",
    "lookup": "reads the serving tables",
    "member": "reads the rows of its own projects in the marts",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--print", action="store_true", help="print what an administrator of the server has to run, and do nothing"
    )
    action.add_argument("--allow", metavar="ROLE", help="let a person's or a group's role see --project, and no other")
    action.add_argument("--forbid", metavar="ROLE", help="take --project from a role again, or all that it may see")
    parser.add_argument(
        "--project",
        action="append",
        default=[],
        metavar="NAME",
        help="a repository or a whole path, or a short name where one project alone has it; may be given several times",
    )


def run(arguments: argparse.Namespace) -> int:
    """Create and equip the roles, and say what they may do; return 1 where an administrator or a name is needed."""
    is_change = bool(arguments.allow or arguments.forbid)
    if (arguments.allow and not arguments.project) or (arguments.project and not is_change):
        print("Name a role and its projects: spawnwise roles --allow ROLE --project NAME", file=sys.stderr)
        return 1
    with Warehouse.open(Settings()) as warehouse:
        if arguments.print:
            print(administrators_script(warehouse))
            return 0
        if is_change:
            return _change(warehouse, arguments)
        return _equip(warehouse)


def _change(warehouse: Warehouse, arguments: argparse.Namespace) -> int:
    role = arguments.allow or arguments.forbid
    changed = (allow if arguments.allow else forbid)(warehouse, role, arguments.project)
    for project in changed:
        print(printable(f"{role} sees {project}" if arguments.allow else f"{role} no longer sees {project}"))
    if not changed:
        print(printable(f"{role} sees no project by name."), file=sys.stderr)
    return 0 if changed else 1


def _equip(warehouse: Warehouse) -> int:
    notice = grant_reading_roles(warehouse)
    roles = reading_roles(warehouse)
    for role in roles:
        print(printable(f"{role.name:<28} {role.fault.removeprefix(role.name).strip() or USES[role.kind]}"))
    for reader, projects in projects_by_reader(warehouse).items():
        print(printable(f"{reader:<28} sees {', '.join(projects)}"))
    if notice:
        print(printable(notice), file=sys.stderr)
    elif any(role.fault for role in roles):
        print("Have an administrator run what `spawnwise roles --print` prints.", file=sys.stderr)
    else:
        print("Give them to people: grant ROLE to PERSON. Members: spawnwise roles --allow PERSON --project NAME.")
        return 0
    return 1
