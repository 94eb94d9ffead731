"""How both engines decode, so that a comparison compares engines.

Measured on a 234 s lecture (benchmarks/bench_speech.py): beam 5 has one to three words in a hundred
fewer wrong than greedy on poor sound; float32 costs twice the processor time of int8 for no fewer
wrong words. ``condition_on_previous_text`` silently deletes sentences and is off.
"""

BEAM_SIZE = 5
TEMPERATURES = (0.0, 0.2, 0.4)
"""0 is tried first; the others only when the text repeats itself or is very unlikely"""
COMPRESSION_RATIO = 2.4
LOG_PROBABILITY = -1.0
NO_SPEECH = 0.6
SEED = 1
"""a run repeated after a crash must give the same words"""
