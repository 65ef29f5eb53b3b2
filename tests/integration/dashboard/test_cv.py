"""The page of the owner's CV, over whole nodes."""

import json
from pathlib import Path

from tests.support.bargains import table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh


async def test_a_cv_has_what_one_tells_what_one_did_and_what_others_say(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "kim", "lea") as all_:
        kim, lea = all_["kim"], all_["lea"]
        profile = {"bio": "Maps.\nOf harbours.", "contact": "kim@example.org", "skills": ["maps", "type"]}
        await kim.does("PUT", "/me/profile", {**profile, "languages": ["en"]})
        work = await all_.works("kim", "Landing page", 3, "lea")
        await lea.does("POST", f"/contributions/{work}/thank", {"text": "Like a tide table"})
        said = await lea.does("POST", f"/contributions/{work}/thank", {"kind": "skill", "skill": "maps"})
        await all_.come(said["id"], "kim")
        reader = Reader(all_.nodes["kim"])
        await reader.logs_in()
        page = await reader.reads("/cv")
        for text in ("<p><bdi>Of harbours.</bdi></p>", "kim@example.org", "3 hours in 1 entry", "Like a tide table"):
            assert text in page, text
        assert page.count("confirmed by nobody yet") == 1
        rows = json.loads(await reader.reads("/cv?figure=said&as=json"))["rows"]
        assert [(row["Who"], row["Kind"], row["Skill"], row["For"]) for row in rows] == [
            ("Lea", "skill", "maps", "Landing page"),
            ("Lea", "thanks", "", "Landing page"),
        ]
        assert '<a href="/cv">' in await reader.reads("/people")
