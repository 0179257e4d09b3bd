"""The job as a first script does it, one `generate` an example: `python with_loop.py job.json`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
tokenizer = AutoTokenizer.from_pretrained(job["folder"])
model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32).eval()
start = time.perf_counter()
replies, system = [], [{"role": "system", "content": job["system"]}] if job.get("system") else []
with torch.inference_mode():
    for text in job["prompts"]:
        messages = [*system, {"role": "user", "content": text}]
        inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        output = model.generate(**inputs, max_new_tokens=job["max_tokens"], do_sample=False)
        replies.append(tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))
print(json.dumps({"answering": time.perf_counter() - start, "replies": replies}))
