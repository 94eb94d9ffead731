/* Times in nanoseconds by size: 32 steps to each power of two, so a percentile is within 3 %. */
#ifndef REPRISE_HISTOGRAM_H
#define REPRISE_HISTOGRAM_H

#include "base.h"

enum { STEPS = 32, STEP_BITS = 5, POWERS = 40 };

struct histogram {
    uint64_t count, cells[POWERS * STEPS];
};

static inline void histogram_add(struct histogram *h, int64_t ns) {
    uint64_t value = ns > 0 ? (uint64_t)ns : 0;
    unsigned power = 63u - (unsigned)__builtin_clzll(value | STEPS);
    uint64_t step = value >> (power - STEP_BITS);
    uint64_t cell = (uint64_t)(power - STEP_BITS) * STEPS + step;
    h->cells[cell < POWERS * STEPS ? cell : POWERS * STEPS - 1]++;
    h->count++;
}

/* The middle of the cell that holds it. */
static inline double histogram_at(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)((double)h->count * share), passed = 0;
    for (unsigned cell = 0; cell < POWERS * STEPS; cell++) {
        passed += h->cells[cell];
        if (passed > wanted) {
            if (cell < 2 * STEPS)
                return cell;
            unsigned power = cell / STEPS - 1;
            return ((double)(cell % STEPS + STEPS) + 0.5) * (double)(UINT64_C(1) << power);
        }
    }
    return 0;
}

#endif
