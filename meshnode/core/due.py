"""What is due by the agenda: asking on, telling on, letting go, and ending what takes too long."""

from meshnode.core.ending import break_off
from meshnode.core.ground import Session
from meshnode.core.parts import Parts
from meshnode.core.talk import Talk
from meshnode.core.turn import Turn
from meshproto.wire.breaches import Breach, Breached


class Due:
    """Does what is due."""

    def __init__(self, parts: Parts, talk: Talk) -> None:
        self._parts = parts
        self._talk = talk

    def do(self, turn: Turn) -> None:
        """Do all that the agenda says is due."""
        for word, conn in self._parts.ground.agenda.take(turn.moment.ticks):
            if conn:
                self._do_for(self._parts.ground.sessions[conn], word, turn)
            else:
                self._do(word, turn)

    def _do(self, word: str, turn: Turn) -> None:
        """Do something that concerns no single connection."""
        parts = self._parts
        match word:
            case "graft":
                for conn, item in parts.gossip.overdue(turn):
                    self._talk.pull(conn, [item], turn)
            case "get":
                parts.getter.ask(turn)
            case "held":
                parts.held.tell(turn)
            case "privates":
                parts.privates.ask_all(turn)
            case "keep":
                self._keep(turn)
            case "age":
                parts.sweep.note_day(turn)
            case "dial":
                parts.book.dial_some(turn)
            case "spot":
                parts.held.check_some(turn)
            case "syncs":
                parts.waiters.look(turn)
            case _:
                parts.telling.sweep(turn)
                for session in parts.ground.open_sessions():
                    parts.book.introduce(session, turn)
                interval = parts.ground.settings.peers_interval
                parts.ground.agenda.set("peers", 0, turn.moment.ticks + parts.ground.jitter(interval))

    def _keep(self, turn: Turn) -> None:
        """Let private parts go that are not kept, and ask for those that are again."""
        parts = self._parts
        parts.sweep.step(turn)
        if parts.sweep.wanted_again:
            parts.sweep.wanted_again = False
            parts.privates.read_again()
            parts.ground.agenda.hasten("privates", 0, turn.moment.ticks + parts.ground.settings.held_interval)

    def _do_for(self, session: Session, word: str, turn: Turn) -> None:
        """Do something for one connection, or end it because it did not do its part in time."""
        parts = self._parts
        match word:
            case "sync":
                interval = parts.ground.settings.sync_interval
                parts.ground.agenda.set("sync", session.conn, turn.moment.ticks + parts.ground.jitter(interval))
                parts.rounds.open(session, turn)
            case "serve":
                parts.serve.pump(session, turn)
            case "proof":
                parts.held.proof_is_overdue(session, turn)
            case "fill" if not parts.fill.wanted(session.conn):
                pass  # what is listed is asked of others
            case _:
                break_off(parts, session, Breached(Breach.IDLE, word), turn)
