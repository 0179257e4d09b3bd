"""What people say in a conversation: telling about themselves, asking back, correcting, small talk."""

from __future__ import annotations

from pocket_maker.corpus.world import phrasings

__all__ = ["SELF", "SAME_ASK", "OTHER_ASK", "CHANGED_ASK", "THANKS"]

_TELL, _ASK = phrasings("conversation_ask", "self_tell"), phrasings("conversation_ask", "self_ask")
# key -> ways to tell it, ways to ask for it, the answer, what is missing when it was not told
SELF = {key: (_TELL[key], _ASK[key], answer, missing) for key, answer, missing in phrasings("conversation_ask", "self_answer")}
ACKNOWLEDGE = phrasings("conversation_ask", "acknowledge")
CHANGED_ASK = phrasings("conversation_ask", "changed_ask")
ONLY_ASK = phrasings("conversation_ask", "only_ask")
SAME_ASK = phrasings("conversation_ask", "same_ask")
OTHER_ASK = phrasings("conversation_ask", "other_ask")
FIRST_ASK = phrasings("conversation_ask", "first_ask")
LAST_ASK = phrasings("conversation_ask", "last_ask")
REPEAT_ASK = phrasings("conversation_ask", "repeat_ask")
TOLD = phrasings("conversation_ask", "told")
GREET = phrasings("conversation_ask", "greet")
THANKS = phrasings("conversation_ask", "thanks")
BYE = phrasings("conversation_ask", "bye")
IDENTITY = tuple((asks, answer) for answer, asks in phrasings("conversation_ask", "identity").items())
