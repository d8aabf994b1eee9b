"""Records what vLLM's own publisher puts on the wire.

    python -m venv venv && venv/bin/pip install msgspec pyzmq
    pip download vllm==0.33.0 --no-deps --only-binary :all:
    venv/bin/python record.py vllm-0.33.0-*.whl vllm-0.33.0.json && npm run format

The wheel is large, but only its publisher's module is loaded, on stand-ins for the few names that it imports. What is published
is made up here; how it looks on the wire is vLLM's doing.
"""

import dataclasses
import inspect
import json
import logging
import re
import socket
import struct
import sys
import threading
import types
import zipfile

import zmq

TOPIC = "kv@engine"
KEPT = 6
FIRST_STAMP = 1764000000.25
INT = 15760518052499183552
BYTES = bytes(range(32))
TOKENS = [128000, 3923, 374, 279]


def load_publisher(wheel):
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read("vllm/distributed/kv_events.py").decode()

    @dataclasses.dataclass
    class Config:
        enable_kv_cache_events: bool = False
        publisher: str | None = None
        endpoint: str = "tcp://*:5557"
        replay_endpoint: str | None = None
        buffer_steps: int = 10_000
        hwm: int = 100_000
        max_queue_size: int = 100_000
        topic: str = ""

    unused = dict.fromkeys(("get_ip", "get_tcp_uri", "is_valid_ipv6_address", "split_zmq_path"))
    stand_in("vllm.config", KVEventsConfig=Config)
    stand_in("vllm.config.kv_events", KVEventsConfig=Config)
    stand_in("vllm.logger", init_logger=logging.getLogger)
    stand_in("vllm.utils.network_utils", **unused)
    stand_in("vllm.v1.core.kv_cache_utils", ExternalBlockHash=bytes | int)
    module = stand_in("vllm.distributed.kv_events")
    exec(compile(source, "kv_events.py", "exec"), module.__dict__)
    return module


def stand_in(name, **content):
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    vars(sys.modules[name]).update(content)
    return sys.modules[name]


def batches_of(kv):
    """Pairs of what a batch shows and its events."""
    known = {field for field in kv.BlockStored.__struct_fields__}
    removable = {field for field in kv.BlockRemoved.__struct_fields__}

    def stored(hashes, parent=None, **more):
        base = {"lora_id": None, "medium": "GPU", "lora_name": None}
        extra = {key: value for key, value in (base | more).items() if key in known}
        return kv.BlockStored(block_hashes=hashes, parent_block_hash=parent, token_ids=TOKENS, block_size=4, **extra)

    def removed(hashes, **more):
        extra = {key: value for key, value in ({"medium": "GPU"} | more).items() if key in removable}
        return kv.BlockRemoved(block_hashes=hashes, **extra)

    everything = {
        "lora_id": 3,
        "lora_name": "poet",
        "medium": "CPU",
        "extra_keys": [("poet", ("image-1", 2)), None],
        "group_idx": 1,
        "kv_cache_spec_kind": "sliding_window",
        "kv_cache_spec_sliding_window": 1024,
        "locality": "REMOTE",
        "ownership": "tier-2",
        "session_id": "session-9",
        "lookahead_token_ids": [[1, 2], [3]],
    }
    names_by_bytes = hasattr(kv, "ExternalBlockHash")
    return [
        ("a block with a number for a name", [stored([INT])]),
        ("a chain of blocks with a parent", [stored([INT + 1, INT + 2], parent=INT)]),
        *([("blocks named by bytes", [stored([BYTES, BYTES[::-1]], parent=BYTES)])] if names_by_bytes else []),
        ("every field that the release has", [stored([INT + 3, INT + 4], parent=5, **everything)]),
        ("blocks removed", [removed([INT, INT + 1]), removed([6], group_idx=1, locality="LOCAL", ownership="tier-2")]),
        ("everything cleared", [kv.AllBlocksCleared()]),
        ("several kinds at once", [stored([7]), removed([7]), kv.AllBlocksCleared(), stored([8, 9], parent=7)]),
        ("no events at all", []),
    ]


def shown_by(kv, what, stamp, events):
    blocks = lambda kind: sum(len(event.block_hashes) for event in events if isinstance(event, kind))
    return {
        "what": what,
        "stampMs": stamp * 1000,
        "events": len(events),
        "stored": blocks(kv.BlockStored),
        "removed": blocks(kv.BlockRemoved),
    }


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def record(wheel):
    kv = load_publisher(wheel)
    context = zmq.Context.instance()
    events, replay = free_port(), free_port()
    ranked = "data_parallel_rank" in inspect.signature(kv.ZmqEventPublisher.__init__).parameters
    rank = 1 if ranked else 0  # A publisher that knows of ranks adds its own to the ports that it is given.
    publisher = kv.ZmqEventPublisher(
        **({"data_parallel_rank": rank} if ranked else {}),
        endpoint=f"tcp://*:{events - rank}",
        replay_endpoint=f"tcp://*:{replay - rank}",
        buffer_steps=KEPT,
        topic=TOPIC,
    )
    live = context.socket(zmq.SUB)
    live.connect(f"tcp://127.0.0.1:{events}")
    live.subscribe(b"")
    live.setsockopt(zmq.RCVTIMEO, 5000)
    threading.Event().wait(0.5)

    published, received = [], []
    for index, (what, content) in enumerate(batches_of(kv)):
        stamp = FIRST_STAMP + index / 4
        publisher.publish(kv.KVEventBatch(ts=stamp, events=content))
        published.append(shown_by(kv, what, stamp, content))
        received.append(live.recv_multipart())

    replays = [ask(context, replay, start) for start in (5, 0, 100)]
    publisher.shutdown()
    return {
        "release": re.search(r"vllm-(\d+\.\d+)", wheel).group(1),
        "rank": rank,
        "kept": KEPT,
        "published": published,
        "live": [hexed(frames) for frames in received],
        "replays": replays,
    }


def ask(context, port, start):
    dealer = context.socket(zmq.DEALER)
    dealer.setsockopt(zmq.RCVTIMEO, 1000)
    dealer.connect(f"tcp://127.0.0.1:{port}")
    dealer.send_multipart([b"", struct.pack(">Q", start)])
    answer = []
    try:
        while not answer or answer[-1][-2:] != [b"\xff" * 8, b""]:
            answer.append(dealer.recv_multipart())
    except zmq.Again:
        pass
    dealer.close(linger=0)
    return {"from": start, "answer": [hexed(frames) for frames in answer]}


def hexed(frames):
    return [frame.hex() for frame in frames]


if __name__ == "__main__":
    recording = record(sys.argv[1])
    with open(sys.argv[2], "w") as out:
        json.dump(recording, out, indent=2)
        out.write("\n")
