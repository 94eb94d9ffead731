#include "sound.h"

void sound_rank(struct voice *voices, struct voice *spare, uint32_t count, int64_t now) {
    uint32_t speaking = 0, silent = 0;
    for (uint32_t i = 0; i < count; i++)
        if (level_is_speaking(voices[i].meter, now))
            voices[speaking++] = voices[i];
        else
            spare[silent++] = voices[i];
    for (uint32_t i = 0; i < silent; i++)
        voices[speaking + i] = spare[i];
    for (uint32_t i = 0; i < speaking; i++)
        level_now(voices[i].meter, now);
    for (uint32_t end = 1; end < speaking; end++)
        for (uint32_t i = end;
             i > 0 && voices[i].meter->level <= voices[i - 1].meter->level - SOUND_MARGIN; i--) {
            struct voice louder = voices[i];
            voices[i] = voices[i - 1];
            voices[i - 1] = louder;
        }
}

/* Those who go into places, best first: as many as can fit at all. */
static uint32_t find_wanted(const struct voice *ranked, uint32_t count,
                            const struct listener *listener, uint32_t on_stage,
                            uint32_t *wanted) {
    uint32_t found = 0, others = 0;
    for (uint32_t i = 0; i < count && found < SOUND_LOUDEST + SOUND_PLACES; i++) {
        const struct voice *voice = &ranked[i];
        if (voice->participant == listener->participant || voice->publication == on_stage)
            continue;
        if (others++ < SOUND_LOUDEST || voice->is_favoured)
            wanted[found++] = voice->publication;
    }
    return found;
}

void sound_plan(const struct voice *ranked, uint32_t count, const struct listener *listener,
                const uint32_t *carried, uint32_t *stage, uint32_t *places) {
    uint32_t wanted[SOUND_LOUDEST + SOUND_PLACES];
    *stage = 0;
    for (uint32_t i = 0; i < count && listener->has_stage && listener->on_stage; i++)
        if (ranked[i].participant == listener->on_stage &&
            ranked[i].participant != listener->participant) {
            *stage = ranked[i].publication;
            break;
        }
    uint32_t left = find_wanted(ranked, count, listener, *stage, wanted);
    for (uint32_t place = 0; place < listener->place_count; place++) {
        places[place] = 0;
        for (uint32_t i = 0; i < left && carried[place]; i++)
            if (wanted[i] == carried[place]) {
                places[place] = wanted[i];
                memmove(&wanted[i], &wanted[i + 1], (--left - i) * sizeof *wanted);
                break;
            }
    }
    for (uint32_t place = 0, next = 0; place < listener->place_count && next < left; place++)
        if (places[place] == 0)
            places[place] = wanted[next++];
}
