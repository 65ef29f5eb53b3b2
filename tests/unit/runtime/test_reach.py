from meshnode.runtime.lines.reach import MAX_ADDRESSES, reach_of, reachable_first

PEER = "/p2p/12D3KooWPoVCmAAJSnBbtjR1Up3MpTr8nNhQ4ZTLdgUmKFbbZEC9"
HERE, LAN, FAR = (
    f"/ip4/{ip}/tcp/4401{PEER}"
    for ip in ("127.0.0.1", "192.168.1.5", "198.51.100.7".replace("198.51.100", "93.184.216"))
)
NAMED, SIX = f"/dns4/node.example.org/tcp/4401{PEER}", f"/ip6/fe80::1/tcp/4401{PEER}"


def test_the_best_address_says_how_far_one_is_reached() -> None:
    assert reach_of((HERE,)) == "this machine"
    assert reach_of((HERE, LAN)) == reach_of((SIX,)) == "this LAN"
    assert reach_of((LAN, FAR)) == reach_of((NAMED,)) == "the internet"
    assert reach_of(("/memory/x",)) == ""


def test_a_line_names_what_reaches_furthest_and_this_machine_only_alone() -> None:
    assert reachable_first((HERE, LAN, FAR)) == (FAR, LAN)
    assert reachable_first((HERE,)) == (HERE,)
    assert len(reachable_first((LAN,) * 9)) == MAX_ADDRESSES
    assert reachable_first(("/memory/a", "/memory/b")) == ("/memory/a", "/memory/b")
