"""Thanks everybody who contributes in a network: once for each contribution, however often this is stopped and started.

python examples/thanks_bot.py ~/.local/share/meshnode studio place.txt
"""

import sys
from pathlib import Path

from meshnode.client.client import Client
from meshnode.client.event_answers import Happening
from meshnode.client.listening import Chosen


def thank(node: Client, told: Happening) -> None:
    """Thank for what somebody else did, unless that was done already."""
    if told["agent"]["me"] or told["status"] != "yes" or told["state"] == "retracted":
        return
    if not node.work.recognitions({"for": told["id"], "by": "me"})["items"]:
        node.work.thank(told["id"], "Thank you!", key=f"thanks for {told['id']}")
        print(f"thanked {told['agent']['name']}", flush=True)


def main(home: str, network: str, place: str) -> None:
    """Listen for ever; `place` is the file that says how far everything was dealt with."""
    node, memory = Client.of(Path(home)), Path(place)
    after = int(memory.read_text()) if memory.exists() else 0
    for event in node.events(after, Chosen(kinds=("contribution",), network=network)):
        thank(node, event.told)
        memory.write_text(str(event.place))


if __name__ == "__main__":
    main(*sys.argv[1:])
