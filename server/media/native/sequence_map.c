#include "sequence_map.h"

void sequence_map_restart(struct sequence_map *m, int64_t first, uint16_t out) {
    m->first = first;
    m->highest = first - 1;
    m->step = out - first;
    m->count = 1;
    m->changes[0].start = first;
    m->changes[0].step = m->step;
}

int32_t sequence_map_find(struct sequence_map *m, int64_t sequence) {
    if (sequence > m->highest) {
        m->highest = sequence;
        return (int32_t)((sequence + m->step) & 0xFFFF);
    }
    if (sequence < m->first)
        return -1;
    for (uint32_t i = m->count; i-- > 0;)
        if (sequence >= m->changes[i].start)
            return (int32_t)((sequence + m->changes[i].step) & 0xFFFF);
    return -1;
}

bool sequence_map_swallow(struct sequence_map *m, int64_t sequence) {
    if (sequence <= m->highest)
        return sequence < m->first;
    m->highest = sequence;
    m->step--;
    if (m->count == SEQUENCE_MAP_KEPT) {
        memmove(m->changes, m->changes + 1, (SEQUENCE_MAP_KEPT - 1) * sizeof m->changes[0]);
        m->count--;
        if (m->changes[0].start > m->first)
            m->first = m->changes[0].start;
    }
    m->changes[m->count].start = sequence + 1;
    m->changes[m->count].step = m->step;
    m->count++;
    return true;
}
