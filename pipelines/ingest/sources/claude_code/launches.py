"""What the harness says where it starts no agent: none of it tells anything of a model."""

NOT_STARTED = "launch_failed"

# A call's own words for what stopped it, from what the call names to what the session allows.
REFUSALS = "|".join(
    (
        r"agent type .{0,120}(?:not found|is ambiguous|not offered|is unavailable)|(?:unknown|invalid) agent",
        r"agent .{0,120}(?:not found|does not exist|is not available|not allowed)",
        r"inputvalidationerror|no such tool available|no transcript found for agent|cannot resume",
        r"model .{0,80}(?:not found|not available|not supported|is invalid)",
        r"required mcp servers? .{0,60}not available|requires mcp servers matching",
        r"(?:create|set up) .{0,30}worktree|(?:launch|create) (?:remote|cloud) (?:agent|session)",
        r"team .{0,60}(?:does not exist|not found)|already leading|agent teams is not",
        r"fork (?:is not available|cannot use)|new agents cannot be started",
        r"(?:subagents?|nested|teammates?) .{0,60}(?:cannot|can't|may not|not allowed)",
        r"maximum .{0,30}(?:depth|agents)|subagent (?:nesting |spawn )?limit reached",
        r"permission to use \w+ .{0,80}denied|permission for this action .{0,40}denied|denied by",
        r"permissions? to (?:use|spawn) \w+(?:\.|, but you haven't granted)",
        r"auto mode (?:cannot determine|could not evaluate)",
        r"hook .{0,80}(?:denied|blocked|error)|stopped by \w+ hook|plan mode",
        r"tool execution discarded|claude ended the conversation",
    )
)

# The field in which newer versions say why a call was not executed: it outweighs a hook's words, which may be any.
DENIALS = {"permission-rule", "automode-blocked", "automode-unavailable"}
