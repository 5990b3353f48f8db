"""`dev mutate`: which variants are derived from a program, how they are told apart, and that the exercises' checks notice them."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from streamlings.course import Course, Exercise
from streamlings.dev import mutate, selftest
from streamlings.dev.mutants import Mutant, derive, equivalent
from streamlings.dev.mutants.tally import Tally
from streamlings.errors import LabError
from streamlings.servers.say import quiet

EXERCISES = Course().exercises

# operator, a program in which «...» is what it changes, and what it puts in its place
PYTHON = [
    ("statement deleted", "«f(1)»", ["pass"]),
    ("statement deleted", "«x += 1»", ["pass"]),
    ("statement deleted", "«t[k] = v»", ["pass"]),
    ("statement deleted", "if x:\n    «raise E»", ["pass"]),
    ("break removed", "while x:\n    «break»", ["pass"]),
    ("break removed", "def f():\n    «return»", ["pass"]),
    ("condition negated", "if «x»:\n    f()", ["not (x)"]),
    ("condition negated", "y = [i for i in x if «not i»]", ["i"]),
    ("condition dropped", "y = «a and b»", ["a", "b"]),
    ("condition dropped", "t.where(«(a > 1) & b»)", ["a > 1", "b"]),
    ("comparison exchanged", "y = a «>=» 2", [">"]),
    ("comparison exchanged", "y = a «not in» b", ["in"]),
    ("bound removed", "y = «a <= b < c»", ["a <= b", "b < c"]),
    ("sign exchanged", "y = a «+» b", ["-"]),
    ("sign exchanged", 'y = "a" + b; z = c.encode() + d', []),
    ("boolean flipped", "y = «True»", ["False"]),
    ("boolean flipped", "while True:\n    pass", []),
    ("keyword removed", "f(1«, a=2»)", [""]),
    ("link removed", "x = s«.map(f)»", [""]),
    ("link removed", "x = message.value(), state.get_state(d), admin.poll(1)", []),
    ("link removed", "x = s«.get_side_output(LATE)»", [""]),
    ("list element removed", "x = [«a, b»]", ["b", "a"]),
    ("loop shortened", "for x in «y»:\n    f(x)", ["list(y)[1:]", "list(y)[:-1]"]),
    ("loop left", "«while x»:\n    break", ["for _ in range(1)"]),
    ("loop left", "while y := f():\n    pass", []),
    ("handler removed", "try:\n    f()\nexcept «E» as e:\n    pass", ["()"]),
    ("key exchanged", 'f(«o["a"], o["b"]»)', ['o["b"], o["b"]', 'o["a"], o["a"]']),
    ("name exchanged", "x = Duration.«of_seconds»(5)", ["of_minutes"]),
    ("name exchanged", "from a.b import TumblingEventTimeWindows\nx = «TumblingEventTimeWindows».of(y)",
        ['__import__("a.b", fromlist=["TumblingProcessingTimeWindows"]).TumblingProcessingTimeWindows']),
    ("number changed", "x = Duration.of_seconds(«5»)", ["10", "2"]),
    ("number changed", "x = order[«2»]", ["1"]),
    ("number changed", "x = order[«0»]", ["1"]),
    ("number changed", "x = DataTypes.DECIMAL(«10, 2»)", ["5, 2", "10, 1"]),
    ("number changed", "env.enable_checkpointing(«500»); env.set_parallelism(1)", ["500000"]),
    ("number changed", "raise SystemExit(«1»)", ["0"]),
    ("number changed", 'x = {"retries": «3»}', ["300"]),
    ("number changed", 'x = {"linger.ms": «250»}', ["250000"]),
    ("number changed", 'x = {"queue.size": «4000»}', ["40"]),
    ("number changed", "p.poll(0.1)", []),
    ("text altered", 'x = y == «"PAID"»', ['"paid"']),
    ("text altered", 'c.set("a.b", «"500 ms"»)', ['"5000 ms"', '"500 s"']),
    ("text altered", 'x = {"acks": «"all"», "topic": "all"}', ['"0"']),
    ("text altered", 'f({"compatibility": «"FULL"»})', ['"BACKWARD"']),
    ("text altered", '@udf(result_type=«"DOUBLE"»)\ndef f(): return', ['"FLOAT"']),
    ("text altered", 'struct.pack(«">bI"», 0, i)', ['"<bI"']),
    ("text altered", 'x = OutputTag("late"), ValueStateDescriptor("sum", t)', []),
    ("text altered", 'f(f"{a}«\\n»")', [""]),
    ("bytes altered", 'x = «b"\\0"», b""', [r"b'\x01'"]),
    ("key coarsened", "s.key_by(lambda o: «o.a»)", ['"all"']),
    ("key coarsened", "s.key_by(lambda o: «(o.a, o.b)»)", ['"all"', "o.a", "o.b"]),
    ("key coarsened", "s.key_by(lambda o: «(o.a, o.b, o.c)»)", ['"all"', "(o.a, o.b)", "(o.a, o.c)", "(o.b, o.c)"]),
    ("window exchanged", "s.window(«TumblingEventTimeWindows.of(Time.minutes(10))»)",
        ["SlidingEventTimeWindows.of(Time.minutes(10), Time.minutes(5))"]),
    ("window exchanged", "s.window(«TumblingEventTimeWindows.of(Duration.of_hours(1))»)",
        ["SlidingEventTimeWindows.of(Duration.of_hours(1), Duration.of_minutes(1))"]),
    ("window exchanged", "s.window(«SlidingEventTimeWindows.of(a, b)»)", ["TumblingEventTimeWindows.of(a)"]),
    ("window exchanged", "s.window(«EventTimeSessionWindows.with_gap(a)»)", ["TumblingEventTimeWindows.of(a)"]),
    ("output dropped", "def f():\n    «yield a»", ["yield from ()"]),
    ("output dropped", "T = OutputTag('t')\ndef f():\n    «yield T, a»", ["yield from ()", "yield a"]),
    ("state shared", 'x = ValueStateDescriptor("a", t), ValueStateDescriptor(«"b"», t), ValueStateDescriptor("c", u)', ['"a"']),
    ("entry removed", 'x = {«"a": 1, »"b": lab.kafka}', [""]),
    ("text emptied", 'x = {"doc": «"why"»}', ['""']),
    ("type exchanged", 'x = {"type": «"long"», "name": "t"}', ['"int"']),
    ("number shrunk", 'x = {"precision": «10, "scale": 2»}', ['5, "scale": 2', '10, "scale": 1']),
    ("field renamed", 'x = [{"name": «"a"», "type": "long"}, {"name": "E", "type": "enum"}]', ['"A"']),
    ("default altered", 'x = {"symbols": ["U", "A"], "default": «"U"»}', ['"A"']),
]  # fmt: skip
SQL = [
    ("option removed", "CREATE TABLE t (a INT) WITH («'x' = '1', 'y' = 'z'»)", ["'y' = 'z'", "'x' = '1'"]),
    ("option altered", "'scan.startup.mode' = «'earliest-offset'», 'topic' = 't'", ["'latest-offset'"]),
    ("type changed", "CREATE TABLE t (a «BIGINT»)", ["INT"]),
    ("type changed", "SELECT CAST(a AS «DECIMAL(9, 2)»), b AS `INT`", ["DOUBLE", "INT", "DECIMAL(9, 1)"]),
    ("key removed", "CREATE TABLE t (a INT«, PRIMARY KEY (a) NOT ENFORCED»)", [""]),
    ("watermark removed", "CREATE TABLE t (a TIMESTAMP(3)«, WATERMARK FOR a AS a»)", [""]),
    ("watermark without delay", "CREATE TABLE t (WATERMARK FOR a AS a« - INTERVAL '1' SECOND»)", [""]),
    ("epoch unit changed", "SELECT TO_TIMESTAMP_LTZ(a, «3»)", ["0"]),
    ("conflict clause removed", "INSERT INTO t «ON CONFLICT DO DEDUPLICATE »SELECT a FROM s", [""]),
    ("window exchanged", "SELECT a FROM TABLE(«HOP(TABLE t, DESCRIPTOR(a), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)»)",
        ["CUMULATE(TABLE t, DESCRIPTOR(a), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)", "TUMBLE(TABLE t, DESCRIPTOR(a), INTERVAL '1' HOUR)"]),
    ("window exchanged", "SELECT a FROM TABLE(«TUMBLE(TABLE t, DESCRIPTOR(a), INTERVAL '1' HOUR)»)",
        [f"{w}(TABLE t, DESCRIPTOR(a), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)" for w in ("HOP", "CUMULATE")]),
    ("window exchanged", "SELECT a FROM TABLE(«SESSION(TABLE t PARTITION BY k», DESCRIPTOR(a), INTERVAL '1' HOURS))", ["TUMBLE(TABLE t"]),
    ("interval changed", "SELECT a - INTERVAL «'5' MINUTES»", ["'10' MINUTES", "'2' MINUTES", "'5' SECONDS"]),
    ("interval changed", "SELECT a - INTERVAL «'5' MINUTE»", ["'10' MINUTE", "'2' MINUTE", "'5' SECOND"]),
    ("group column dropped", "SELECT a FROM t GROUP BY «a, b»", ["b", "a"]),
    ("group column dropped", "SELECT SUM(a) OVER («PARTITION BY b »ORDER BY c)", [""]),
    ("group column dropped", "SELECT a FROM TABLE(SESSION(TABLE t «PARTITION BY k», DESCRIPTOR(a), INTERVAL '30' MINUTES))", [""]),
    ("aggregate exchanged", "SELECT «SUM»(a) FROM t", ["MAX"]),
    ("aggregate exchanged", "SELECT COUNT(«*») FROM t GROUP BY k, l", ["DISTINCT k"]),
    ("distinct removed", "SELECT COUNT(«DISTINCT »a)", [""]),
    ("bound exchanged", "SELECT w.«window_start» FROM w GROUP BY window_start", ["window_end"]),
    ("order reversed", "SELECT a FROM t ORDER BY a «DESC»", ["ASC"]),
    ("match exchanged", "SELECT a FROM t MATCH_RECOGNIZE (PATTERN (A B) «WITHIN INTERVAL '10' MINUTE »DEFINE A AS a)", [""]),
    ("match exchanged", "SELECT a FROM t MATCH_RECOGNIZE (AFTER MATCH SKIP «PAST LAST ROW»)", ["TO NEXT ROW"]),
    ("call deleted", "SELECT «COALESCE(UPPER(a), 0)» FROM t", ["UPPER(a)", "COALESCE(a, 0)"]),
    ("columns exchanged", "INSERT INTO t SELECT «f(a, b), c» FROM s", ["c, f(a, b)"]),
    ("time pattern altered", "SELECT DATE_FORMAT(a, '«HH:mm»')", ["mm:HH", "hh:mm"]),
    ("where removed", "SELECT a FROM t «WHERE a > 1 »GROUP BY a", [""]),
    ("where removed", "SELECT COUNT(*)« FILTER (WHERE a > 1)» FROM t", [""]),
    ("predicate negated", "SELECT a FROM t WHERE «a > 1»", ["NOT (a > 1)"]),
    ("predicate negated", "SELECT a FROM t WHERE «a IS DISTINCT FROM 'x'»", ["NOT (a IS DISTINCT FROM 'x')"]),
    ("where removed", "SELECT a FROM t «WHERE a IS DISTINCT FROM 'x'»", [""]),
    ("distinct removed", "SELECT a FROM t WHERE a IS DISTINCT FROM 'x'«»", []),
    ("condition dropped", "SELECT a FROM t JOIN s ON «t.a = s.a AND t.b < s.b»", ["t.b < s.b", "t.a = s.a"]),
    ("condition dropped", "SELECT a FROM t WHERE «a BETWEEN 1 AND 2 AND b»", ["b", "a BETWEEN 1 AND 2"]),
    ("bound removed", "SELECT a FROM t WHERE a «BETWEEN b AND c» AND d", [">= b", "<= c"]),
    ("bound removed", "SELECT SUM(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM t", []),
    ("comparison exchanged", "SELECT a FROM t WHERE a «>=» b", [">"]),
    ("comparison exchanged", "SELECT a FROM t WHERE a «=» 'x'", ["<>"]),
    ("comparison exchanged", "'connector' = 'kafka', 'topic' «» = ", []),
    ("constant altered", "SELECT a FROM t WHERE a > «100»", ["200"]),
    ("constant altered", "SELECT a FROM t WHERE a = «'PAID'»", ["'paid'"]),
    ("join exchanged", "SELECT a FROM t «JOIN» s ON t.a = s.a", ["LEFT JOIN"]),
    ("join exchanged", "SELECT a FROM t «LEFT OUTER» JOIN s ON t.a = s.a", ["INNER"]),
    ("union exchanged", "SELECT a FROM t UNION «ALL »SELECT a FROM s", [""]),
]  # fmt: skip


def programs(operator: str, program: str) -> list[str]:
    """The texts of one operator's mutants."""
    return sorted(mutant.text for mutant in derive(program) if mutant.operator == operator)


@pytest.mark.parametrize(("operator", "program", "put"), PYTHON + [(o, f't.sql("{query}")', put) for o, query, put in SQL])
def test_an_operator(operator: str, program: str, put: list[str]) -> None:
    before, _, rest = program.partition("«")
    changed, _, behind = rest.partition("»")
    assert programs(operator, before + changed + behind) == sorted(before + other + behind for other in put)


def test_sql_in_an_f_string_is_changed_around_its_holes() -> None:
    program = textwrap.dedent("""
        KAFKA = f"'connector' = 'kafka', 'servers' = '{lab.kafka}'"
        t.execute_sql(f\"\"\"
            CREATE TABLE é (a BIGINT) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
        \"\"\")
    """)
    line = """+CREATE TABLE é (a {}) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}'{})"""
    earliest = ", 'scan.startup.mode' = 'earliest-offset'"
    changes = [("INT", earliest), ("BIGINT", ""), ("BIGINT", earliest.replace("earliest", "latest"))]
    found = [m.identity.splitlines()[-1] for m in derive(program) if "CREATE" in m.identity.splitlines()[-1]]
    assert found == [line.replace("{}", of, 1).replace("{}", options) for of, options in changes]


def test_prose_and_surroundings_are_left_alone() -> None:
    program = textwrap.dedent('''
        """SELECT a FROM t WHERE a = 'b'"""
        import json  # x = 1
        from streamlings import lab
        # print(1)
        print("SELECT a FROM t WHERE a = 'b'", 1, sep="", end=[1, 2])
        x = lab.topic("orders"), lab.kafka
        def g(a: Decimal | None) -> Decimal: ...
        y: Decimal | None
        def f():
            "Create 3 tables."
    ''')
    assert derive(program) == []


def test_a_diff_says_where_and_what() -> None:
    (mutant,) = derive("a = b\nb = [\n    c,\n]\n")
    assert mutant == Mutant("list element removed", "a = b\nb = [\n]\n", 3, "-c,", "@@ -3,1 +3,0 @@\n-    c,")


def test_the_same_change_in_two_places_is_two_mutants() -> None:
    assert [m.identity for m in derive("for x in y:\n    break\nfor x in z:\n    break\n") if m.operator == "break removed"] == [
        "-break\n+pass",
        "-break\n+pass\n(2)",
    ]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_mutants_of_an_exercise(exercise: Exercise) -> None:
    """Each is Python and differs from the others, wherever its line stands; what is recorded as equivalent is among them."""
    text = exercise.solution.read_text()
    mutants = derive(text)
    assert len({text, *(m.text for m in mutants)}) == len(mutants) + 1
    assert len({m.identity for m in mutants}) == len(mutants) >= mutate.FEWEST
    for mutant in mutants:
        compile(mutant.text, exercise.file, "exec")
    assert [(m.operator, m.identity) for m in derive("# moved\n\n" + text)] == [(m.operator, m.identity) for m in mutants]
    assert equivalent.shortcomings(exercise, equivalent.mutants_of(exercise)[0]) == []


def recorded(text: str) -> Exercise:
    """An exercise of the small course, with this in its equivalent.toml."""
    exercise = Course().find("basics/note")
    (exercise.folder / equivalent.FILE).write_text(text)
    return exercise


ENTRY = "[[equivalent]]\nmutant = '''\n@@ -1,1 +1,1 @@\n-    x = 1\n+    x = 2\n'''\nwhy = '{}'\n"


def test_what_is_recorded_as_equivalent(course: Path) -> None:
    exercise = recorded(ENTRY.format("it is"))
    entries = equivalent.read(exercise).equivalent
    assert entries == [equivalent.Recorded("-x = 1\n+x = 2", "it is")]
    mutants = [Mutant("", "", 1, identity, "") for identity in (entries[0].identity, *"abcdefghi")]
    assert equivalent.shortcomings(exercise, mutants) == []
    assert equivalent.shortcomings(exercise, mutants[:9]) == ["1 of 9 mutants are recorded as equivalent, more than a tenth"]
    assert equivalent.shortcomings(exercise, mutants[1:] * 2) == ["no mutant is recorded as\n-x = 1\n+x = 2"]
    assert equivalent.shortcomings(recorded(ENTRY.format("")), mutants) == ["no reason is given for\n-x = 1\n+x = 2"]
    twice = equivalent.shortcomings(recorded(ENTRY.format("it is") * 2), mutants * 2)
    assert twice == ["recorded twice\n-x = 1\n+x = 2"]


WAITS = "\n\ndef waits():\n    return 5\n"


def test_what_the_starter_gives_is_not_mutated(course: Path) -> None:
    """It is counted, has its reason, and is the starter's word for word."""
    exercise = recorded("[[given]]\nfunction = 'waits'\nwhy = 'how it waits'\n")
    every = derive(exercise.solution.read_text())
    for path in (exercise.starter, exercise.solution):
        path.write_text(path.read_text() + WAITS)
    counted, in_given = equivalent.mutants_of(exercise)
    assert [m.identity for m in counted] == [m.identity for m in every]
    assert in_given == len(derive(exercise.solution.read_text())) - len(every) > 0
    assert equivalent.shortcomings(exercise, counted) == []
    exercise.starter.write_text(exercise.starter.read_text().replace("5", "6"))
    assert equivalent.shortcomings(exercise, counted) == ["waits does not stand word for word in the starter"]
    recorded("[[given]]\nfunction = 'waits_not'\nwhy = ''\n")
    assert equivalent.shortcomings(exercise, counted) == [
        "no reason is given for waits_not",
        "waits_not does not stand word for word in the starter",
    ]


@pytest.mark.parametrize("text", ["equivalent = 1", "[[equivalent]]\nmutant = 'a'", "[[given]]\nwhy = 'a'", "[[other]]", "nonsense"])
def test_a_record_that_cannot_be_read_names_its_file(course: Path, text: str) -> None:
    with pytest.raises(LabError, match=r"lessons/01_basics/1_note/equivalent\.toml cannot be read"):
        equivalent.read(recorded(text))


def report_on_note(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict]:
    """Exit code and JSON report of all mutants of the small course's first exercise, which needs no server."""
    code = mutate.run(["basics/note"], everything=False, as_json=True, say=quiet)
    return code, json.loads(capsys.readouterr().out)


NOTE_STRIPPED = """
-word = (lab.folder("in") / "word.txt").read_text().strip()
+word = (lab.folder("in") / "word.txt").read_text()
"""


def test_a_survivor_is_shown(course: Path, lab_state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The note's check strips what it reads, so nothing notices that the program does not."""
    code, report = report_on_note(capsys)
    (survivor,) = report["survivors"]
    assert survivor["diff"].endswith(NOTE_STRIPPED.rstrip())
    assert (survivor["exercise"], survivor["operator"], survivor["line"]) == ("basics/note", "link removed", 6)
    assert (code, report["mutants"], report["killed"], report["equivalent"]) == (1, report["derived"], report["derived"] - 1, 0)
    assert report["falls_short"] == [
        f"basics/note: {report['mutants']} mutants, not at least 15",
        "basics/note: link removed in line 6 survives",
    ]
    assert list(lab_state.glob("mutant_*")) == []


def test_what_is_recorded_may_survive_but_may_not_be_killed(course: Path, lab_state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = '-(lab.folder("out") / "note.txt").write_text(word)'
    entry = "[[equivalent]]\nmutant = '''{}'''\nwhy = 'the word is the same'\n"
    recorded(entry.format(NOTE_STRIPPED) + entry.format(f"{written}\n+pass"))
    code, report = report_on_note(capsys)
    assert (code, report["equivalent"], report["survivors"], report["kill_rate"]) == (1, 1, [], 1.0)
    assert report["falls_short"][-1] == "basics/note: statement deleted in line 8 is recorded as equivalent, but is killed"


@pytest.mark.parametrize(
    ("exercise", "mutant"),
    [
        pytest.param(
            exercise, mutant, id=f"{exercise.id}-{mutant.operator}-{mutant.line}", marks=[pytest.mark.slow] if exercise.needs else []
        )
        for exercise in EXERCISES
        for mutant in mutate.sample(exercise)
    ],
)
def test_the_checks_notice(lab_state: Path, exercise: Exercise, mutant: Mutant) -> None:
    """A sample of each exercise's mutants; `./streamlings dev mutate --all` tries them all."""
    assert mutate.judge(exercise, mutant).outcome == "failed", mutant.diff


def test_a_survivor_in_the_sample_fails(course: Path, lab_state: Path) -> None:
    """The note's check lets one mutant pass; what selftest runs over each exercise's sample says so."""
    exercise = Course().find("basics/note")
    (survivor,) = [m for m in derive(exercise.solution.read_text()) if m.identity == NOTE_STRIPPED.strip()]
    with pytest.raises(AssertionError, match=r"read_text\(\)"):
        test_the_checks_notice(lab_state, exercise, survivor)
    unrunnable = Mutant("", survivor.text, 1, "", "it cannot be judged")
    (exercise.folder / "checks.py").write_text("nonsense")
    with pytest.raises(AssertionError, match="it cannot be judged"):
        test_the_checks_notice(lab_state, exercise, unrunnable)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_sample_is_fixed_and_holds_no_equivalent(exercise: Exercise) -> None:
    drawn = [mutant.identity for mutant in mutate.sample(exercise)]
    assert drawn == [mutant.identity for mutant in mutate.sample(exercise)]
    assert len(set(drawn)) == mutate.SAMPLE
    assert not set(drawn) & {entry.identity for entry in equivalent.read(exercise).equivalent}


@pytest.mark.parametrize(("codes", "code"), [([0, 0, 0, 0], 0), ([0, 0, 0, 1], 1), ([1, 0, 0, 0], 1)])
def test_selftest_fails_with_any_of_its_steps(codes: list[int], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step is pytest, over the whole of tests/ unless it is --fast."""
    commands: list[list[str]] = []

    def done(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=codes[len(commands) - 1])

    monkeypatch.setattr("streamlings.dev.selftest.subprocess.run", done)
    assert selftest.run(fast=False) == code
    assert commands[-1][1:5] == ["-m", "pytest", "-q", "-rs"]  # what is skipped is told, with its reason
    assert "not slow" not in commands[-1]


@pytest.mark.slow
def test_a_syntax_error_proves_nothing(lab_state: Path) -> None:
    """Flink refuses it, as it should; that says nothing of the checks."""
    exercise = Course().find("first_stream/hello")
    mutant = Mutant("broken", exercise.solution.read_text().replace("SELECT", "SELEC"), 35, "", "")
    tally = Tally(exercise.id)
    assert tally.count(mutant, mutate.judge(exercise, mutant), is_recorded=False) == "killed"
    assert tally.falls_short == ["first_stream/hello: broken in line 35 is a syntax error, and proves nothing"]
