"""The job through EleutherAI's lm-eval, in its own environment: `python with_lm_eval.py job.json batch_size max_batch_size`.

Its quickest way: the library in one process, and an index that holds this one task, not the thousands it comes with.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
size = sys.argv[2] if sys.argv[2] == "auto" else int(sys.argv[2])
model = HFLM(pretrained=job["folder"], dtype="float32", device="cpu", batch_size=size, max_batch_size=int(sys.argv[3]))
start = time.perf_counter()
tasks = TaskManager(include_path=job["tasks"], include_defaults=False)
chat = {"apply_chat_template": True, "system_instruction": job.get("system") or None}
found = simple_evaluate(model, tasks=["bench_reviews"], task_manager=tasks, log_samples=True, **chat)
samples = sorted(found["samples"]["bench_reviews"], key=lambda sample: sample["doc_id"])
replies = [sample["resps"][0][0] for sample in samples]
print("\n" + json.dumps({"answering": time.perf_counter() - start, "replies": replies}))
