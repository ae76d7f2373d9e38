"""What a repository says about itself: read whole, and every mistake shown at its place."""

import pytest

from meshc.findings import Severity
from meshc.policy.keys import KEYS
from meshc.policy.settings import Given, Settings, SettingsError, settings_of

File = tuple[str, bytes]


def of(text: str, *others: File, given: Given | None = None) -> Settings:
    files = [("meshc.toml", text.encode()), *others]
    return settings_of(files, given) if given else settings_of(files)


def test_without_a_file_everything_is_its_default() -> None:
    assert settings_of([]) == Settings()
    assert Settings().plain


def test_namespaces_and_threshold() -> None:
    settings = of('fail-on = "warning"\n[namespaces]\n"shop/" = "store"\n"." = "all"\n')
    assert settings.namespaces == (("", "all"), ("shop", "store"))
    assert settings.fail_on is Severity.WARNING
    assert settings.plain


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_has_an_example_that_is_read(key: object) -> None:
    example = getattr(key, "example")  # noqa: B009 - the parameter is printed by its name
    base: File = ("platform/lint.toml", b"")
    settings = of(example, base)
    assert [path for toml in settings.tomls for path in toml.table], example


def test_a_project_file_does_as_well() -> None:
    text = b'[project]\n[tool.meshc]\nprofile = "strict"\n[tool.meshc.namespaces]\na = "b"\n'
    settings = settings_of([("pyproject.toml", text)])
    assert (settings.profile, settings.namespaces) == ("strict", (("a", "b"),))
    assert settings_of([("pyproject.toml", b"[tool.black]\nx = 1\n# meshc\n")]) == Settings()
    assert settings_of([("pyproject.toml", b"[tool\n")]) == Settings()


def test_two_files_that_speak_are_one_too_many() -> None:
    project = ("pyproject.toml", b'a = 1\n[tool.meshc]\nprofile = "strict"\n')
    with pytest.raises(SettingsError, match=r"^pyproject\.toml:2:\d+: settings stand here and in"):
        of("", project)


MISTAKES = [
    ("x", "meshc.toml:1:2: expected '=' after a key in a key/value pair"),
    ("a = [\n1,\n", "meshc.toml:3:1: invalid value"),
    ('\n\nselct = ["MC5"]', "meshc.toml:3:1: unknown key `selct`; did you mean `select`?"),
    ('fail-on = "no"', "meshc.toml:1:11: `fail-on` is one of error, warning, info, not `no`"),
    ("fail-on = 1", "meshc.toml:1:1: `fail-on` is one of error, warning, info"),
    ("namespaces = 1", "meshc.toml:1:1: `namespaces` is a table of folder"),
    ('[namespaces]\n# x\na = "B_"', "meshc.toml:3:5: the namespace of `a` is no DNS label"),
    (
        "[namespaces.shop]\nseverity = {MC5 = 'info'}",
        "folders their namespace; settings of a namespace stand under `[per-namespace.shop]`",
    ),
    ('select = "MC5"', "meshc.toml:1:1: `select` is a list of codes"),
    ("select = [5]", "meshc.toml:1:1: `select` holds codes, in quotes"),
    ('select = ["MC5",\n  "MC59O"]', "meshc.toml:2:3: `MC59O` is no rule or group of rules"),
    ('select = ["alow-all"]', "did you mean `MC501`?"),
    ('ignore = ["MC5", "mc502"]', "meshc.toml:1:18: `mc502` is no rule or group of rules; did you"),
    ('ignore = ["MC201"]', "meshc.toml:1:11: `MC201` (unknown-service) cannot be silenced"),
    ('[severity]\nMC501 = "eror"', "meshc.toml:2:9: `severity.MC501` is one of error, warning"),
    ('severity.MC201 = "info"', "meshc.toml:1:10: `MC201` (unknown-service) cannot be silenced"),
    ('[per-file."a/**"]\nignor = []', "meshc.toml:2:1: unknown key `per-file.a/**.ignor`; did you"),
    ("[per-namespace.A_b]", "meshc.toml:1:16: `A_b` is no namespace"),
    ('profile = "stict"', "meshc.toml:1:11: `profile` is one of default, strict, not `stict`"),
    ('required-version = "soon"', "meshc.toml:1:1: `required-version` is a version specifier"),
    ('required-version = ">=99"', "meshc.toml:1:1: this is meshc 0.1.0, and the repository asks"),
    ('baseline = "../x"', "meshc.toml:1:1: `baseline` is the path of a file from the repository's"),
    ('extend = "a.toml"', "meshc.toml:1:1: the repository holds no settings file `a.toml`"),
    ('[severity]\nprofile = "strict"', "meshc.toml:2:1: `profile` stands inside a table; write"),
    ("[namespaces]\nfail-on = 1", "meshc.toml:2:1: `fail-on` stands inside a table; write it"),
    ("a.b.c.d.e.f.g.h.i.j.k = 1", "meshc.toml:1:1: unknown key `a`"),
    ('x = """\nprofile = 1\n"""\nprofile = 2', "meshc.toml:1:1: unknown key `x`"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[text[:24] for text, _ in MISTAKES])
def test_a_mistake_is_shown_at_its_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        of(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("meshc.toml:")


def test_text_that_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^meshc\.toml:2:1: this line is not UTF-8"):
        settings_of([("meshc.toml", b"# a\n# \xff\n")])
    with pytest.raises(SettingsError, match="at most 65536 are read"):
        of("#" * 65537)
    with pytest.raises(SettingsError):
        of("a = " + "[" * 20_000)
    with pytest.raises(SettingsError):
        of(".".join("a" * 20_000) + " = 1")


def test_what_is_extended_lies_below() -> None:
    base = b'profile = "strict"\nfail-on = "info"\n[severity]\nMC501 = "info"\nMC502 = "info"\n'
    text = 'extend = "base.toml"\nfail-on = "warning"\n[severity]\nMC501 = "warning"\n'
    settings = of(text, ("base.toml", base))
    assert (settings.profile, settings.fail_on) == ("strict", Severity.WARNING)
    assert dict(settings.severity) == {"MC501": Severity.WARNING, "MC502": Severity.INFO}


def test_files_that_extend_each_other_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"`meshc.toml` extends `meshc.toml`; a file cannot"):
        of('extend = "meshc.toml"')
    circle = [("a.toml", b'extend = "b.toml"'), ("b.toml", b'\nextend = "a.toml"')]
    with pytest.raises(SettingsError, match=r"^b.toml:2:1: `a.toml` extends `b.toml` extends `a."):
        of('extend = "a.toml"', *circle)
    chain = [(f"{n}.toml", f'extend = "{n + 1}.toml"'.encode()) for n in range(20)]
    with pytest.raises(SettingsError, match="more than 8 files"):
        of('extend = "0.toml"', *chain)


def test_a_command_line_lies_above() -> None:
    values = (("--profile", 'profile = "default"'), ("--ignore", 'ignore = ["MC501"]'))
    settings = of('profile = "strict"\nfail-on = "info"', given=Given(values=values))
    assert (settings.profile, settings.fail_on) == ("default", Severity.INFO)
    other = Given(file=("ci.toml", b'fail-on = "warning"'))
    assert of('profile = "strict"', given=other) == of('fail-on = "warning"').__class__(
        fail_on=Severity.WARNING, tomls=settings_of([], other).tomls
    )
    with pytest.raises(SettingsError, match=r"^--ignore: `MC5O1` is no rule"):
        of("", given=Given(values=(("--ignore", 'ignore = ["MC5O1"]'),)))
