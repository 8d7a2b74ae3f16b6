"""Read a transcript line by line into facts about spawns."""

from collections.abc import Mapping
from typing import Any, Literal

from pipelines.ingest.facts import main_key
from pipelines.ingest.observations import Call, End, Return, Seen
from pipelines.ingest.signals.signal_names import RETURNED
from pipelines.ingest.sources.claude_code import followups, hook_answers, notices, own_log, spawn_calls, stream_json
from pipelines.ingest.sources.claude_code.children import SYNTHETIC, child_message, main_message, message_key
from pipelines.ingest.sources.claude_code.glance import PLAIN, PLAIN_TOOLS, SPAWN, is_plain
from pipelines.ingest.sources.claude_code.halves import halves_of
from pipelines.ingest.sources.claude_code.harness_notes import without_notes
from pipelines.ingest.sources.claude_code.memory import remember
from pipelines.ingest.sources.claude_code.notices import Notice
from pipelines.ingest.sources.claude_code.reports import MAX_ERROR, report_text
from pipelines.ingest.sources.claude_code.transcript_line import TranscriptLine
from pipelines.ingest.stored_redaction import redact_start
from pipelines.ingest.values import identifier, items, mapping, name, reference, text

OTHER = "other"  # an unanswered call that is neither a spawn nor of a plain tool
TEAMMATE = "teammate_spawned"
COMPACTION = "acompact"  # agents that only summarise their own session


class TranscriptReader(TranscriptLine):
    """Tells of spawns by their tool_use id, and of agents' runs by agent:<session>:<agent id>."""

    def passes_over(self, content: bytes) -> bool:
        """Tell from its first bytes that a line need not be read."""
        return is_plain(content, self.memory, bool(self.origin.agent_id))

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take in one line; True where it told anything about a spawn."""
        self.line, self.is_loaded = line, False
        record = stream_json.as_transcript_line(record)
        self.note_context(record)
        kind = record.get("type")
        if kind in ("assistant", "user"):
            self._read_message(record, is_users=kind == "user")
        elif kind == "api-request":
            own_log.read_request(self, record, self._run_of(record))
        elif kind == "system":
            self._read_task(record)
        elif kind == "progress":
            self._read_progress(record)
        elif kind == "queue-operation":
            self._read_notices(text(record.get("content")))
        elif kind == "attachment":
            self._read_attachment(mapping(record.get("attachment")), self._run_of(record))
        return self.is_loaded

    def _read_message(self, record: Mapping[str, Any], is_users: bool) -> None:
        spawn, run = stream_json.spawn_of(record), self._run_of(record)
        if is_users:
            self._read_user(record, spawn or run)
            return
        self._read_assistant(record, spawn or run)
        if run and COMPACTION not in run:
            own_log.note_last(self, record, run)

    def _agent_key(self, agent_id: str) -> str:
        return own_log.agent_key(self.memory.session, agent_id)

    def _run_of(self, record: Mapping[str, Any]) -> str:
        """Return the key of the agent whose line this is; empty for the main conversation."""
        if record.get("isSidechain") is not True and not self.origin.agent_id:
            return ""
        if self.origin.agent_id.startswith(COMPACTION):  # whatever its lines say
            return self._agent_key(self.origin.agent_id)
        agent_id = own_log.member_of_team(record) or identifier(record.get("agentId")) or self.origin.agent_id
        agent_id = agent_id or self._chain_of(record)
        return self._agent_key(agent_id) if agent_id else ""

    def _chain_of(self, record: Mapping[str, Any]) -> str:
        """Return an id for the inline side chain that the line belongs to: that of its first line."""
        uuid, parent = reference(record.get("uuid")), reference(record.get("parentUuid"))
        first = self.memory.chains.get(parent, parent or uuid)
        remember(self.memory.chains, uuid, first)
        return f"chain:{first}"

    def _read_assistant(self, line: Mapping[str, Any], child: str, is_copy: bool = False) -> None:
        """Read a message of the main conversation or of a child, known by its run or its spawn.

        A copy in the parent's log names no calls that are yet to be answered.
        """
        message = mapping(line.get("message"))
        if not child or COMPACTION in child:  # a session's own summary is its own expense
            key = main_key(self.memory.session, self.memory.project or self.origin.project)
            if taken := main_message(key, line, self.at_ms, self.memory):
                self.tell(taken)
        elif counted := child_message(child, line, self.at_ms, self.memory):
            self.load(counted)
        if not child and name(message.get("model")) != SYNTHETIC:
            followups.parent_goes_on(self, message)
        for block in map(mapping, items(message.get("content"))):
            if block.get("type") != "tool_use":
                continue
            if child and (tool := name(block.get("name"))):
                self.tell(Seen(child, "tools", tool, self.at_ms))
            if spawn_calls.is_spawn(block):
                self._read_spawn(block, line, child)
            elif not is_copy:
                kind = PLAIN if text(block.get("name")) in PLAIN_TOOLS else OTHER
                remember(self.memory.unanswered, reference(block.get("id")), kind)

    def _read_spawn(self, block: Mapping[str, Any], line: Mapping[str, Any], child: str) -> None:
        key, parent_model = identifier(block.get("id")), name(mapping(line.get("message")).get("model"))
        remember(self.memory.unanswered, reference(block.get("id")), SPAWN)
        payload = spawn_calls.call_payload(block, parent_model, self.memory.session)
        payload["message"] = message_key(line, self.memory)
        payload |= {"version": self.memory.version, "project": self.memory.project or self.origin.project}
        self.load(Call(key, self.at_ms, rank=self.trust, **payload))
        self._place(key, "sessions", self.memory.session)
        self._place(key, "parents", child)
        self._place(key, "agents", payload["resumes"])

    def _place(self, key: str, field: Literal["sessions", "agents", "parents"], member: str) -> None:
        if member:
            self.tell(Seen(key, field, member, self.at_ms))

    def _read_user(self, record: Mapping[str, Any], run: str) -> None:
        message = mapping(record.get("message"))
        content = message.get("content")
        if run and COMPACTION not in run and not record.get("parentUuid"):
            own_log.read_first_line(self, content, run)
        for block in map(mapping, items(content)):
            if block.get("type") == "tool_result":
                self._read_result(block, record.get("toolUseResult"), text(record.get("toolDenialKind")))
        words = text(content) or "\n".join(
            text(block.get("text")) for block in map(mapping, items(content)) if block.get("type") == "text"
        )
        self._read_notices(words)
        if not run:
            self._read_teammates(words)
        is_users = mapping(record.get("origin")).get("kind", "human") == "human" and not record.get("isMeta")
        if words and is_users and not run and not notices.is_anothers(words):
            followups.user_speaks(self, words)

    def _read_result(self, block: Mapping[str, Any], result: object, denial: str = "") -> None:
        used = reference(block.get("tool_use_id"))
        tool = self.memory.unanswered.pop(used, None)
        is_orphan = block.get("is_error") is True and isinstance(result, str)
        # A skill that runs in an agent returns what a spawn does: shape counts only where the call is not known.
        is_spawns = tool == SPAWN or (tool is None and (is_orphan or spawn_calls.looks_like_spawn_result(result)))
        if not used or not is_spawns:
            self._read_other_result(used, block, result)
            return
        rank, payload, kinds = spawn_calls.returned_payload(block, result, denial)
        key = identifier(used)
        self.load(Return(key, self.at_ms, rank, **payload))
        self._place(key, "sessions", self.memory.session)
        self._place(key, "agents", payload["agent_id"])
        if payload["status"] == TEAMMATE:
            member = identifier(mapping(result).get("name")) or payload["agent_id"].partition("@")[0]
            self._place(key, "agents", member)
        self.note(key, *kinds)
        if rank == 0:
            report = report_text(mapping(result).get("content")) or report_text(block.get("content"))
            self._delivered(key, report if RETURNED in kinds else "")

    def _delivered(self, key: str, report: str, *others: str) -> None:
        """Look at what a spawn has reported, and from now on at what follows."""
        if report:
            halves = list(halves_of(without_notes(report)))
            for about in {key, *others}:
                self.note(about, *halves)
            if "rejection_told" in halves:
                followups.work_is_rejected(self, key)
        followups.watch(self, key)

    def _read_other_result(self, key: str, block: Mapping[str, Any], result: object) -> None:
        told = mapping(result)
        notice = notices.from_task_result(told) if told else notices.from_task_words(report_text(block.get("content")))
        if notice:
            self._take(notice, rank=1)
        followups.tool_returns(self, key, block)

    def _read_notices(self, words: str) -> None:
        for notice in notices.from_notifications(words):
            self._take(notice, rank=0)

    def _read_teammates(self, words: str) -> None:
        for notice in notices.from_teammates(words):
            self._take(notice, rank=0)

    def _read_attachment(self, attachment: Mapping[str, Any], run: str) -> None:
        """Read a notice that waited while the parent was busy, its team's mail, or what a hook made of a call."""
        if applied := hook_answers.applied(attachment, self.at_ms):
            self.load(applied)
        words = report_text(attachment.get("prompt"))
        self._read_notices(words)
        if not run:
            self._read_teammates(words)
            for notice in notices.from_mailbox(attachment):
                self._take(notice, rank=0)

    def _take(self, notice: Notice, rank: int) -> None:
        agent = self._agent_key(notice.agent_id)
        key = notice.tool_use_id or agent
        kind = notices.signal_of(notice)
        error = redact_start(notice.words, MAX_ERROR) if kind != RETURNED else None
        numbers = (notice.duration_ms, notice.tokens, notice.tool_uses)
        for about in {key, agent}:  # a call that nobody made, or whose id was taken out, is found by its agent
            place = (about, self.at_ms, self.line, self.evidence_file())
            self.load(End(*place, kind, rank, notice.status, error, *numbers, notice.is_teammates or None))
        self._delivered(key, notice.report if kind == RETURNED else "", agent)

    def _read_task(self, record: Mapping[str, Any]) -> None:
        call, agent_id = stream_json.started(record)
        if call and agent_id:
            remember(self.memory.started, call, agent_id)
            self._place(call, "agents", agent_id)
            self._place(call, "sessions", self.memory.session)
        elif (notice := stream_json.ended(record)) and notice.tool_use_id in self.memory.started:
            self._take(notice, rank=1)

    def _read_progress(self, record: Mapping[str, Any]) -> None:
        data = mapping(record.get("data"))
        if data.get("type") != "agent_progress":
            return
        spawn = identifier(record.get("parentToolUseID"))
        if not spawn:
            return
        line = mapping(data.get("message"))
        message = mapping(line.get("message"))
        if agent_id := identifier(data.get("agentId")):
            self.load(Seen(spawn, "agents", agent_id, self.at_ms))
        if line.get("type") == "assistant":
            self._read_assistant(line, spawn, is_copy=True)
        for block in map(mapping, items(message.get("content"))):
            if block.get("type") == "tool_result" and reference(block.get("tool_use_id")) in self.memory.unanswered:
                self._read_result(block, line.get("toolUseResult"))
