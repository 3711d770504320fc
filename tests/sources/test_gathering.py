"""Which files each source of a model reads."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.model import parse_model
from cesctl.model.types import Source
from cesctl.pipeline.run import score
from cesctl.result import Result
from cesctl.sources import Raw, files, read
from cesctl.sources.gathering import path_of
from tests.sources import writing
from tests.sources.writing import put

CRM = Source(name="crm", customer=("account",), event_value="call", timestamp=("at",))
WEB = Source(name="web", preset="plain", customer=("user_id",), prefix="web.")
MAIL = Source(name="mail", preset="sendgrid")
BOTH = (CRM, WEB)
MAILS = [{"email": "a", "event": "open", "timestamp": 1760000000, "sg_event_id": "1"}]


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    return put(tmp_path, "crm.csv", "account,at\na,2026-10-01\n")


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return put(tmp_path, "web.csv", "user_id,event,timestamp\nb,x,2026-10-01\n")


def whose(raw: Raw) -> dict[str, str]:
    return {f.path.name: p.source.name for p in raw.parts for f in p.files}


def error(*inputs: object, sources: tuple[Source, ...] = BOTH) -> str:
    with pytest.raises(InputError) as caught:
        read(list(inputs), sources)
    return str(caught.value)


def test_files_are_named_for_their_source(crm: Path, web: Path) -> None:
    raw = read([f"web={web}", f"crm={crm}"], BOTH)
    assert whose(raw) == {"crm.csv": "crm", "web.csv": "web"}
    assert [s.name for s in raw.sources] == ["crm", "web"]  # the model's order


def test_a_file_without_a_name_goes_where_it_fits(tmp_path: Path, crm: Path, web: Path) -> None:
    assert whose(read([web, crm], BOTH)) == {"crm.csv": "crm", "web.csv": "web"}
    mails = put(tmp_path, "mails.json", json.dumps(MAILS))
    assert whose(read([mails, crm], (MAIL, CRM))) == {"crm.csv": "crm", "mails.json": "mail"}
    frame = pl.DataFrame({"account": ["a"], "at": ["2026-10-01"]})
    assert [p.source.name for p in read([frame, web], BOTH).parts] == ["crm", "web"]


def test_a_file_that_fits_none_or_several_needs_a_name(tmp_path: Path, crm: Path) -> None:
    other = put(tmp_path, "o.csv", "who,what\na,b\n")
    assert 'not clear which source this file is of: it fits none of "crm", "web"' in error(other)
    assert f"write NAME={other}" in error(other)
    twin = Source(name="twin", customer=("account",), event_value="x", timestamp=("at",))
    assert 'it fits "crm", "twin"' in error(crm, sources=(CRM, twin))
    bare = Source(name="bare")  # says nothing that a file could fit
    assert whose(read([crm], (bare, CRM))) == {"crm.csv": "crm"}


def test_names_that_no_source_has(crm: Path) -> None:
    message = error(f"crmm={crm}", f"x={crm}")
    assert f'crmm={crm}: the model has no source called "crmm"\n  did you mean "crm"?' in message
    assert 'the model\'s sources are "crm", "web"' in message
    only = error(f"crm={crm}", sources=(Source(),))
    assert 'no file of that name, and the model has no source called "crm"' in only
    assert "no such file" in error("crm=gone.csv")
    assert "no such file" in error("data/day=1/gone.csv")


def test_a_file_may_have_an_equals_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "crm=1.csv", "account,at\na,2026-10-01\n")
    put(tmp_path, "day=1/x.csv", "account,at\na,2026-10-01\n")
    assert whose(read(["crm=1.csv"], BOTH)) == {"crm=1.csv": "crm"}
    assert whose(read(["crm=crm=1.csv"], BOTH)) == {"crm=1.csv": "crm"}
    assert whose(read(["crm=day=*/*.csv"], BOTH)) == {"x.csv": "crm"}
    assert whose(read(["day=*/*.csv"], BOTH)) == {"x.csv": "crm"}


def test_a_sources_name_may_have_an_equals_sign(tmp_path: Path, crm: Path, web: Path) -> None:
    """The longest name there is counts; a name that is none is told up to its first sign."""
    both = (replace(CRM, name="a"), replace(WEB, name="a=b"), replace(WEB, name="day/1"))
    assert [p.source.name for p in read([f"a=b={web}", f"a={crm}"], both).parts] == ["a", "a=b"]
    assert [p.source.name for p in read([f"day/1={web}"], both).parts] == ["day/1"]
    assert path_of(f"a=b={web}", both) == path_of(f"a={web}", both) == str(web)
    assert "no such file" in error(f"a=b={tmp_path}/gone", sources=both)
    assert 'no source called "b"' in error(f"b=c={crm}", sources=both)
    assert "b=: no such file" in error("a=b=", sources=both)


def test_how_to_name_what_is_no_file_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hint can be followed as it stands."""
    text = "who,what\na,b\n"
    frame = error(pl.DataFrame({"who": ["a"]}))
    assert "DataFrame: it is not clear which source" in frame
    assert "a frame cannot be named: give it the columns of one source only" in frame
    assert "=DataFrame" not in frame
    packed = put(tmp_path, "x.zip", writing.packed(text.encode(), "zip"))
    assert "unpack the zip file, and write NAME=PATH" in error(packed)
    files._standard_input.cache_clear()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    assert error("-").endswith("write NAME=-")
    files._standard_input.cache_clear()


def test_a_file_is_read_once_by_a_source(crm: Path, web: Path) -> None:
    raw = read([f"crm={crm}", crm, f"crm={crm}"], BOTH)
    assert len(raw.parts) == 1
    assert raw.notes.count(f"{crm}: named twice, read once") == 1
    again = Source(
        name="again", customer=("user_id",), event_value="seen", timestamp=("timestamp",)
    )
    assert len(read([f"web={web}", f"again={web}"], (WEB, again)).parts) == 2  # as the user says


def test_the_sources_own_files(crm: Path, web: Path) -> None:
    named = (
        Source(
            name="crm",
            files=(str(crm),),
            customer=("account",),
            event_value="call",
            timestamp=("at",),
        ),
        Source(name="web", files=(str(web),)),
        Source(name="none"),
    )
    raw = read([], named)
    assert whose(raw) == {"crm.csv": "crm", "web.csv": "web"}
    assert 'source "none" names no files: it is not read' in raw.notes
    assert whose(read([f"web={web}"], named)) == {"web.csv": "web"}
    assert error(sources=BOTH) == "no files to read"


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    one, two = put(tmp_path, "1.csv", "a,b\n1,2\n"), put(tmp_path, "2.csv", "c,d\n1,2\n")
    message = error(f"crm={one}", f"web={two}")
    assert f'{one}: no column "account"' in message
    assert f"{two}: no event column" in message
    gone = error("crm=gone1.csv", "web=gone2.csv")
    assert "gone1.csv" in gone
    assert "gone2.csv" in gone


def test_an_unknown_column_names_the_source(tmp_path: Path) -> None:
    path = put(tmp_path, "1.csv", "a,event,timestamp\n1,x,2026-10-01\n")
    message = error(f"web={path}", sources=(CRM, Source(name="web", preset="plain")))
    assert "name it in the model: sources: {web: {customer: COLUMN}}" in message


def test_a_property_may_be_of_one_source_only(crm: Path, tmp_path: Path) -> None:
    web = put(tmp_path, "web.csv", "user_id,event,timestamp,plan\nb,x,2026-10-01,pro\n")
    raw = read([crm, web], BOTH, properties=["plan"])
    assert f'{crm}: no column "plan"; it is empty there' in raw.notes
    with pytest.raises(InputError, match='no column "paln"'):
        read([crm, web], BOTH, properties=["paln"])


def scored(text: str, *inputs: object) -> Result:
    return score([str(i) for i in inputs], parse_model(text))


def test_ids_are_one_event_within_a_source_only(tmp_path: Path) -> None:
    rows = "user_id,event,timestamp,key\na,x,2026-10-01,1\na,x,2026-10-01,1\n"
    one, two = put(tmp_path, "1.csv", rows), put(tmp_path, "2.csv", rows)
    text = "events: {x: 1, b.x: 10}\nsources: {a: {id: key}, b: {id: key, prefix: b.}}\n"
    result = scored(text, f"a={one}", f"b={two}")
    assert (result.rows.read, result.rows.duplicate) == (4, 2)
    assert result.scores["score"].to_list() == [11]
    text = "events: {x: 1, b.x: 10}\nsources: {a: {id: key}, b: {prefix: b.}}\n"
    assert scored(text, f"a={one}", f"b={two}").scores["score"].to_list() == [21]


def test_product_events_and_mails_in_one_score(tmp_path: Path) -> None:
    """The example that the field gives."""
    product = put(tmp_path, "p.csv", "user_id,event,timestamp\na@b.c,Login,2026-10-01\n")
    mails = [
        m | {"email": "a@b.c", "event": e, "sg_event_id": e}
        for m in MAILS
        for e in ("open", "click")
    ]
    mail = put(tmp_path, "m.json", json.dumps(mails * 2))
    text = "events: {Login: 5, mail.open: 1, mail.click: 3}\n"
    text += "sources: {p: {}, m: {preset: sendgrid, prefix: mail.}}"
    result = scored(text, f"p={product}", f"m={mail}")
    assert result.scores.select("customer", "score").rows() == [("a@b.c", 9.0)]
    assert (result.rows.read, result.rows.accepted, result.rows.duplicate) == (5, 3, 2)
    alone = "events: {Login: 5, open: 1, click: 3}\n"  # without sources: each file is known by its columns
    assert scored(alone, product, mail).scores["score"].to_list() == [9]


def test_the_same_file_by_other_names(tmp_path: Path, web: Path, crm: Path) -> None:
    (tmp_path / "link.csv").symlink_to(web)
    for other in (tmp_path / "." / "web.csv", tmp_path / "link.csv", f"{tmp_path}/x/../web.csv"):
        (tmp_path / "x").mkdir(exist_ok=True)
        raw = read([f"web={web}", other, crm], BOTH)
        assert len(raw.files) == 2
        assert any("named twice, read once" in n for n in raw.notes)


def test_an_empty_file_of_one_source_ends_nothing(tmp_path: Path, web: Path) -> None:
    empty = put(tmp_path, "empty.csv", "")
    raw = read([f"web={web}", f"crm={empty}"], BOTH)
    assert whose(raw) == {"web.csv": "web"}
    assert f"{empty}: the file is empty" in raw.notes
    assert error(f"crm={empty}") == f"{empty}: the file is empty"


def own(name: str, *files: object, **more: object) -> Source:
    return Source(name=name, preset="plain", files=tuple(map(str, files)), **more)  # type: ignore[arg-type]


def test_a_pattern_of_the_model_that_matches_nothing_ends_nothing(
    tmp_path: Path, web: Path
) -> None:
    """A nightly run meets the day on which one of the tools has delivered nothing."""
    vain = f"{tmp_path}/crm-*.csv"
    raw = read([], (own("web", web), own("crm", vain)))
    assert whose(raw) == {"web.csv": "web"}
    assert f"{vain}: nothing matches the pattern" in raw.notes
    assert f"{vain}: nothing matches the pattern" in read([], own("", vain, web)).notes
    (tmp_path / "crm").mkdir()
    raw = read([], (own("web", web), own("crm", tmp_path / "crm")))
    assert f"{tmp_path}/crm: no exports in the folder" in raw.notes
    both = error(sources=(own("web", vain), own("crm", tmp_path / "crm")))
    assert f"{vain}: nothing matches the pattern\n{tmp_path}/crm: no exports" in both


def test_what_is_named_one_by_one_must_be_there(tmp_path: Path, web: Path) -> None:
    gone = tmp_path / "gone.csv"
    assert "no such file" in error(sources=(own("web", web), own("crm", gone)))
    assert "no such file" in error(f"web={web}", f"crm={gone}")
    assert "nothing matches the pattern" in error(f"web={web}", f"crm={tmp_path}/crm-*.csv")


def test_a_property_of_a_source_without_files_is_empty(tmp_path: Path, web: Path) -> None:
    sources = (own("web", web), own("crm", f"{tmp_path}/crm-*.csv"))
    raw = read([], sources, properties=["plan"])
    assert 'no column "plan" in the files there are; it is empty' in raw.notes
    assert raw.parts[0].frame.collect()["plan"].to_list() == [None]
    put(tmp_path, "crm-1.csv", "")  # nor has the one file that there is any row
    assert 'no column "plan"' in "".join(read([], sources, properties=["plan"]).notes)
    with pytest.raises(InputError, match='no column "plan"'):
        read([web, tmp_path / "crm-1.csv"], own("web"), properties=["plan"])


HEAP = "event_id,user_id,session_id,time,{},landing_page\n"


def test_what_tells_records_apart_is_each_files_own(tmp_path: Path) -> None:
    """Not that of its neighbours of the same tool."""
    row = "{},{},s,2026-10-01 10:00:00,{},x\n"
    one = HEAP.format("event_table_name") + row.format(1, "u1", "click")
    two = HEAP.format("event_name") + "".join(
        row.format(2, "u2", e) for e in ("click", "click", "view")
    )
    paths = [put(tmp_path, f"{n}.csv", text) for n, text in enumerate((one, two))]
    text = 'events: {all: {event: "*", weight: 1}}'
    alone = scored(text, paths[1]).scores.select("customer", "score").rows()
    assert alone == [("u2", 2.0)]
    assert scored(text, *paths).scores.select("customer", "score").rows() == [*alone, ("u1", 1.0)]


def test_guessed_columns_are_each_files_own(tmp_path: Path) -> None:
    put(tmp_path, "1.csv", "user_id,email,event,timestamp\nu1,a,x,2026-10-01\n,b,x,2026-10-01\n")
    put(tmp_path, "2.csv", "email,event,timestamp\nc,x,2026-10-01\n")
    result = scored("events: {x: 1}", tmp_path)
    assert sorted(result.scores["customer"]) == ["c", "u1"]
    assert result.rows.rejected == {"no customer": 1}


def test_an_id_is_one_event_whatever_the_other_columns_are_called(tmp_path: Path) -> None:
    put(tmp_path, "1.csv", "key,user_id,event,timestamp\n1,a,x,2026-10-01\n")
    put(tmp_path, "2.csv", "key,customer_id,event,timestamp\n1,a,x,2026-10-01\n2,a,x,2026-10-01\n")
    put(tmp_path, "3.csv", "customer_id,event,timestamp\nb,x,2026-10-01\n")
    rows = scored("events: {x: 1}\nsource: {id: key}", tmp_path).rows
    assert (rows.accepted, rows.duplicate) == (3, 1)
