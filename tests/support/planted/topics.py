"""Kinds of work: which agent does them, and the words that tasks and specs use."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A kind of task: `objects` are what tasks of it are about."""

    agent: str
    verbs: str
    objects: str

    def phrases(self) -> tuple[list[str], list[str]]:
        """Return verbs and objects as lists."""
        return self.verbs.split(", "), self.objects.split(", ")


WORK = [
    Topic("unit-tester", "write, extend, repair", "unit tests, pytest fixtures, mocks, test coverage, assertions"),
    Topic("api-designer", "design, version, document", "REST endpoints, OpenAPI schema, pagination, JSON responses"),
    Topic("security-auditor", "audit, harden, check", "SQL injection, XSS, CSRF tokens, password hashing, exploits"),
    Topic("perf-profiler", "profile, measure, speed up", "latency, flame graphs, memory leaks, CPU hot spots"),
    Topic("docs-writer", "write, edit, structure", "README, tutorial, user guide, docstrings, documentation site"),
    Topic("release-manager", "prepare, tag, publish", "release notes, changelog, version bump, release branch"),
    Topic("infra-engineer", "provision, deploy, scale", "Kubernetes cluster, Terraform modules, Helm chart, ingress"),
    Topic("ci-fixer", "fix, cache, speed up", "GitHub Actions workflow, build matrix, CI pipeline, runner image"),
    Topic("ml-trainer", "train, tune, evaluate", "neural network, hyperparameters, loss curve, image classifier"),
    Topic("mobile-dev", "build, polish, ship", "Android activity, iOS Swift view, push notifications, app store build"),
    Topic("translator", "translate, localise, proofread", "German strings, French locale, plural forms, translations"),
    Topic("accessibility-checker", "check, label, test", "screen reader, aria labels, colour contrast, keyboard focus"),
    Topic("payment-integrator", "integrate, refund, reconcile", "Stripe invoices, credit card refunds, subscriptions"),
    Topic("email-builder", "draft, style, send", "newsletter email, email template, mailing campaign, inbox preview"),
    Topic("search-engineer", "index, rank, tune", "Elasticsearch index, search relevance, synonyms, query analyzer"),
    Topic("game-designer", "animate, balance, draw", "player sprites, game physics, level map, enemy behaviour"),
    Topic("legal-reviewer", "review, redline, summarise", "privacy policy, terms of service, licence clause, contract"),
    Topic("db-migrator", "write, review, roll back", "database migration, foreign keys, table columns, schema index"),
    Topic("frontend-stylist", "style, align, restyle", "CSS layout, flexbox grid, page typography, button colours"),
    Topic("data-analyst", "analyse, chart, summarise", "sales dashboard, cohort report, spreadsheet, SQL aggregates"),
    Topic("bug-hunter", "find, reproduce, debug", "crash, stack trace, null pointer exception, race condition"),
    Topic("defect-finder", "find, reproduce, debug", "crash, stack trace, null pointer exception, race condition"),
    Topic("code-reviewer", "review, comment on, approve", "pull request, code diff, code style, naming of variables"),
    Topic("pr-reviewer", "review, comment on, approve", "pull request, code diff, code style, naming of variables"),
]
OVERLAPS = {("bug-hunter", "defect-finder"), ("code-reviewer", "pr-reviewer")}

# Agents that have one kind of work too much: they fail at it.
TOO_MUCH = [
    Topic("db-migrator", "recover, fail over, restore", "replication lag, standby server, WAL archive, disk backup"),
    Topic("frontend-stylist", "render, animate, shade", "WebGL canvas, 3D scene, shader, particle animation"),
    Topic("data-analyst", "forecast, model, predict", "seasonal time series, ARIMA demand forecast, churn probability"),
]

# Work that no spec speaks of; it goes to the orchestrator's own agent.
GAPS = [
    Topic("general-purpose", "observe, point, calibrate", "telescope, nebula exposure, star catalogue, planet orbit"),
    Topic("general-purpose", "cook, season, bake", "bread dough, soup recipe, roasted vegetables, chocolate cake"),
    Topic("general-purpose", "compose, harmonise, orchestrate", "string quartet, piano sonata, choir melody, violin"),
    Topic("general-purpose", "plant, prune, water", "rose garden, tomato seedlings, apple orchard, compost soil"),
]

NEVER_SPAWNED = [
    Topic("blockchain-dev", "write, audit", "Solidity contract, token ledger, crypto wallet"),
    Topic("robot-driver", "steer, calibrate", "robot arm, servo motor, lidar sensor"),
    Topic("audio-mixer", "mix, master", "podcast audio, sound equaliser, noise gate"),
    Topic("printer-operator", "print, slice", "3D printer filament, print bed, nozzle"),
    Topic("network-admin", "route, segment", "VLAN switch, BGP router, DHCP lease"),
    Topic("fleet-tracker", "track, schedule", "delivery trucks, GPS position, driver shift"),
    Topic("hr-assistant", "interview, onboard", "job applicants, payroll, vacation request"),
]
LONG_AGO = [
    Topic("survey-maker", "ask, collect", "customer survey, questionnaire answers, feedback form"),
    Topic("map-drawer", "draw, project", "geographic map, coastline polygons, satellite tiles"),
    Topic("slide-maker", "present, outline", "slide deck, speaker notes, keynote talk"),
]
