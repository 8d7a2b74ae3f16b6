from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.specs.spec_files import SpecFile
from pipelines.ingest.specs.spec_reading import MAX_BYTES, AgentSpec, front_matter, read_spec


def spec_of(
    folder: Path, text: str, name: str = "file.md", plugin: str | None = None, certain: bool = True
) -> AgentSpec | None:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_spec(SpecFile(path, plugin, certain, None))


def certain_spec(folder: Path, text: str, plugin: str | None = None, name: str = "file.md") -> AgentSpec:
    spec = spec_of(folder, text, name, plugin)
    assert spec is not None
    return spec


def test_name_of_the_front_matter_is_the_agent(tmp_path: Path) -> None:
    spec = certain_spec(tmp_path, "---\nname: qa\ndescription: Tests things\nmodel: claude-haiku-4-5\n---\nYou test.\n")
    assert (spec.agent_name, spec.description, spec.declared_model) == ("qa", "Tests things", "haiku")
    assert not spec.warnings


def test_plugin_agent_has_the_plugin_in_its_name(tmp_path: Path) -> None:
    assert certain_spec(tmp_path, "---\nname: qa\n---\n", plugin="web").agent_name == "web:qa"


@pytest.mark.parametrize("model", ["inherit", "Inherit", "", "default"])
def test_inherited_model_is_no_declared_model(tmp_path: Path, model: str) -> None:
    assert certain_spec(tmp_path, f"---\nname: qa\nmodel: {model}\n---\n").declared_model is None


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("> **Model Tier:** Haiku", "haiku"),
        ("**Model Tier:** opus", "opus"),
        ("- **Model Tier:** sonnet", "sonnet"),
        ("> **Model Tier:** haiku (execution specialist)", "haiku"),
        ("> **Model Tier**: `opus`", "opus"),
    ],
)
def test_model_tier_line_declares_the_model(tmp_path: Path, line: str, model: str) -> None:
    spec = certain_spec(
        tmp_path, f"# QA_TESTER Agent\n\n> **Role:** Tests\n{line}\n\n## Charter\n", name="QA_TESTER.md"
    )
    assert (spec.agent_name, spec.declared_model, spec.description) == ("QA_TESTER", model, "Tests")
    assert not spec.warnings


@pytest.mark.parametrize(
    ("lines", "tools"),
    [
        ("", None),
        ("tools: Read, Grep, Bash(git diff:*, git log:*)\n", ("Read", "Grep", "Bash(git diff:*, git log:*)")),
        ("tools:\n  - Read\n  - Write\n", ("Read", "Write")),
        ("tools: [Read, mcp__web__*]\n", ("Read", "mcp__web__*")),
        ("tools: '*'\n", None),
        ("tools:\n", ()),
        ("tools: []\n", ()),
        ("tools: Read, Bash, Write\ndisallowedTools: Write\n", ("Read", "Bash")),
        ("tools: Read, Bash(git:*)\ndisallowedTools: [Bash, Write]\n", ("Read",)),
        # What is no YAML is read line by line.
        ("tools: Read, Grep\nnote: Use when: it fails\n", ("Read", "Grep")),
        ("note: Use when: it fails\ntools:\n  - Read\n  - Grep\n", ("Read", "Grep")),
    ],
)
def test_tools_are_those_the_spec_allows(tmp_path: Path, lines: str, tools: tuple[str, ...] | None) -> None:
    assert certain_spec(tmp_path, f"---\nname: qa\n{lines}---\n").tools == tools


def test_forbidden_tools_are_taken_from_all_others(tmp_path: Path) -> None:
    tools = certain_spec(tmp_path, "---\nname: qa\ndisallowedTools: Write, Edit\n---\n").tools
    assert tools is not None
    assert {"Read", "Bash"} <= set(tools)
    assert not {"Write", "Edit"} & set(tools)


def test_unquoted_colons_are_read(tmp_path: Path) -> None:
    text = (
        '---\nname: q\ndescription: Use when: tests fail. Example: user: "fix"\n  and more: lines\nmodel: opus\n---\n'
    )
    spec = certain_spec(tmp_path, text)
    assert spec.description == 'Use when: tests fail. Example: user: "fix" and more: lines'
    assert spec.declared_model == "opus"


def test_block_scalars_and_windows_lines_are_read(tmp_path: Path) -> None:
    spec = certain_spec(tmp_path, "\ufeff---\r\nname: qa\r\ndescription: |\r\n  Two\r\n  lines\r\n---\r\nbody")
    assert (spec.agent_name, spec.description) == ("qa", "Two lines")


def test_spec_without_a_name_goes_by_its_file_and_warns(tmp_path: Path) -> None:
    spec = certain_spec(tmp_path, "---\ndescription: x\n---\n", name="builder.md")
    assert spec.agent_name == "builder"
    assert "builder.md" in spec.warnings[0]
    assert "name:" in spec.warnings[0]


def test_secrets_are_not_kept(tmp_path: Path) -> None:
    secret = "hunter" + "22"
    spec = certain_spec(
        tmp_path, f"---\nname: qa\ndescription: DB_PASSWORD={secret}\n---\nexport DB_PASSWORD={secret}\n"
    )
    assert secret not in repr(spec)


def test_equal_text_has_equal_hash(tmp_path: Path) -> None:
    one, same = (certain_spec(tmp_path, "---\nname: qa\n---\nA") for _ in range(2))
    assert one.spec_hash == same.spec_hash != certain_spec(tmp_path, "---\nname: qa\n---\nB").spec_hash


@pytest.mark.parametrize(
    ("text", "is_spec"),
    [
        ("---\nname: qa\ndescription: Tests\n---\n", True),
        ("# QA\nYou are a tester.\n", True),
        ("# QA\n> **Model Tier:** Haiku\n", True),
        ("---\ndescription: Fix\nargument-hint: '[issue]'\n---\nFix it", False),
        ("# Shopping\nmilk\n", False),
        ("# Agent Reference\nhow agents work\n", False),
    ],
)
def test_content_decides_in_a_plain_folder(tmp_path: Path, text: str, is_spec: bool) -> None:
    assert (spec_of(tmp_path, text, certain=False) is not None) == is_spec


def test_a_reference_among_the_agents_is_no_spec(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "# Standard Operations Reference\n\n> **Purpose:** scripts\n") is None


def test_empty_and_huge_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="remove the file"):
        spec_of(tmp_path, " \n")
    with pytest.raises(ValueError, match="move it"):
        spec_of(tmp_path, "x" * (MAX_BYTES + 1))


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["name", ":", " ", "\n", "- ", "|", "'", '"', "{", "&a", "*a", "é"])).map("".join)
)
def test_no_front_matter_breaks_the_reading(block: str) -> None:
    fields = front_matter(f"---\nname: qa\n{block}\n---\n")
    assert all(isinstance(value, str) for value in fields.values())


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.md"
    path.write_bytes(b"---\nname: qa\n---\n" + content)
    spec = read_spec(SpecFile(path, None, is_certain=True, project=None))
    assert spec is not None
    assert "\x00" not in spec.spec_text
