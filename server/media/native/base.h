/* What every file of the plane uses: octets in network order, the clock, lists of pointers. */
#ifndef REPRISE_BASE_H
#define REPRISE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define MS_NS INT64_C(1000000)
/* Longest datagram taken or made. */
#define MAX_DATAGRAM 2048

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get24(const uint8_t *p) {
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}
static inline uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline void put16(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void put24(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 16);
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)v;
}
static inline void put32(uint8_t *p, uint32_t v) {
    put16(p, v >> 16);
    put16(p + 2, v);
}

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

/* Memory is small and bounded; without it there is no plane, and the supervisor starts it anew. */
static inline void *need(void *p) {
    if (p == NULL) {
        fputs("reprise-plane: out of memory\n", stderr);
        abort();
    }
    return p;
}
static inline void *make(size_t size) { return need(calloc(1, size)); }

/* Pointers in no order: removal moves the last one into the hole. */
struct list {
    void **items;
    uint32_t count, room;
};
static inline void list_add(struct list *list, void *item) {
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        list->items = need(realloc(list->items, list->room * sizeof *list->items));
    }
    list->items[list->count++] = item;
}
static inline bool list_remove(struct list *list, const void *item) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i] == item) {
            list->items[i] = list->items[--list->count];
            return true;
        }
    return false;
}
static inline void list_free(struct list *list) {
    free(list->items);
    *list = (struct list){0};
}

#endif
