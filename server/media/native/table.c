#include "table.h"

/* ---- by number -------------------------------------------------------------------------- */

static uint32_t id_place(const struct id_table *t, uint32_t id) {
    return (id * UINT32_C(2654435769)) & (t->room - 1);
}

void *id_find(const struct id_table *t, uint32_t id) {
    if (t->room == 0)
        return NULL;
    for (uint32_t i = id_place(t, id); t->cells[i].item; i = (i + 1) & (t->room - 1))
        if (t->cells[i].id == id)
            return t->cells[i].item;
    return NULL;
}

static void id_put(struct id_table *t, uint32_t id, void *item) {
    uint32_t i = id_place(t, id);
    while (t->cells[i].item)
        i = (i + 1) & (t->room - 1);
    t->cells[i].id = id;
    t->cells[i].item = item;
    t->count++;
}

bool id_add(struct id_table *t, uint32_t id, void *item) {
    if (id_find(t, id))
        return false;
    if (2 * (t->count + 1) > t->room) {
        struct id_table old = *t;
        t->room = old.room ? old.room * 2 : 32;
        t->count = 0;
        t->cells = make(t->room * sizeof *t->cells);
        for (uint32_t i = 0; i < old.room; i++)
            if (old.cells[i].item)
                id_put(t, old.cells[i].id, old.cells[i].item);
        free(old.cells);
    }
    id_put(t, id, item);
    return true;
}

void id_remove(struct id_table *t, uint32_t id) {
    if (id_find(t, id) == NULL)
        return;
    uint32_t mask = t->room - 1, hole = id_place(t, id);
    while (t->cells[hole].id != id || !t->cells[hole].item)
        hole = (hole + 1) & mask;
    for (uint32_t i = (hole + 1) & mask; t->cells[i].item; i = (i + 1) & mask) {
        uint32_t home = id_place(t, t->cells[i].id);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            t->cells[hole] = t->cells[i];
            hole = i;
        }
    }
    t->cells[hole].item = NULL;
    t->count--;
}

void id_free(struct id_table *t) {
    free(t->cells);
    *t = (struct id_table){0};
}

/* ---- by address ------------------------------------------------------------------------- */

bool address_equal(const struct address *a, const struct address *b) {
    return a->port == b->port && memcmp(a->host, b->host, sizeof a->host) == 0;
}

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool address_from_socket(const struct sockaddr_storage *from, struct address *out) {
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        memcpy(out->host, mapped, sizeof mapped);
        memcpy(out->host + 12, &in->sin_addr, 4);
        out->port = ntohs(in->sin_port);
        return true;
    }
    if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)from;
        memcpy(out->host, &in->sin6_addr, 16);
        out->port = ntohs(in->sin6_port);
        return true;
    }
    return false;
}

socklen_t address_to_socket(const struct address *from, int family, struct sockaddr_storage *out) {
    memset(out, 0, sizeof *out);
    if (family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        if (memcmp(from->host, mapped, sizeof mapped) != 0)
            return 0;
        in->sin_family = AF_INET;
        memcpy(&in->sin_addr, from->host + 12, 4);
        in->sin_port = htons(from->port);
        return sizeof *in;
    }
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)out;
    in->sin6_family = AF_INET6;
    memcpy(&in->sin6_addr, from->host, 16);
    in->sin6_port = htons(from->port);
    return sizeof *in;
}

static uint32_t address_place(const struct address_table *t, const struct address *a) {
    uint64_t high, low;
    memcpy(&high, a->host, 8);
    memcpy(&low, a->host + 8, 8);
    uint64_t hash = (high ^ t->seed) * UINT64_C(0x9E3779B97F4A7C15);
    hash = (hash ^ hash >> 32 ^ low) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ hash >> 29 ^ a->port ^ t->seed >> 7) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(hash >> 32) & (t->room - 1);
}

static uint32_t address_cell(const struct address_table *t, const struct address *a) {
    uint32_t i = address_place(t, a);
    while (t->cells[i].item && !address_equal(&t->cells[i].address, a))
        i = (i + 1) & (t->room - 1);
    return i;
}

void *address_find(const struct address_table *t, const struct address *a) {
    return t->room ? t->cells[address_cell(t, a)].item : NULL;
}

void address_set(struct address_table *t, const struct address *a, void *item) {
    if (2 * (t->count + 1) > t->room) {
        struct address_table old = *t;
        t->room = old.room ? old.room * 2 : 32;
        t->cells = make(t->room * sizeof *t->cells);
        for (uint32_t i = 0; i < old.room; i++)
            if (old.cells[i].item)
                t->cells[address_cell(t, &old.cells[i].address)] = old.cells[i];
        free(old.cells);
    }
    uint32_t i = address_cell(t, a);
    if (t->cells[i].item == NULL)
        t->count++;
    t->cells[i].address = *a;
    t->cells[i].item = item;
}

void address_remove(struct address_table *t, const struct address *a) {
    if (address_find(t, a) == NULL)
        return;
    uint32_t mask = t->room - 1, hole = address_cell(t, a);
    for (uint32_t i = (hole + 1) & mask; t->cells[i].item; i = (i + 1) & mask) {
        uint32_t home = address_place(t, &t->cells[i].address);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            t->cells[hole] = t->cells[i];
            hole = i;
        }
    }
    t->cells[hole].item = NULL;
    t->count--;
}

void address_free(struct address_table *t) {
    free(t->cells);
    *t = (struct address_table){0};
}
