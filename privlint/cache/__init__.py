"""What earlier runs found out, kept on disk: a content-addressed store of bytes that knows no stage.

``user_folder`` says where it is by default, ``open_store`` opens it, ``digest`` and ``digest_of_tree`` make keys.
An entry holds only with a keyed hash of its name and content (``trust``), is written under a temporary name and
renamed, and goes when its project has no more use for it (``prune``).  Nothing here is needed for a run: whatever
goes wrong with the store, the run does without it.
"""

from privlint.cache.keys import digest, digest_of_tree
from privlint.cache.store import Store, allow, open_store
from privlint.cache.trust import user_folder

__all__ = ["Store", "allow", "digest", "digest_of_tree", "open_store", "user_folder"]
