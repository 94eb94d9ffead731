/* Two hash tables: things by their 32-bit number, and transports by network address. Open
   addressing, linear probing, at most half full; removal moves later entries back. */
#ifndef REPRISE_TABLE_H
#define REPRISE_TABLE_H

#include "base.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct id_table {
    struct {
        uint32_t id;
        void *item; /* NULL: free */
    } *cells;
    uint32_t count, room;
};
void *id_find(const struct id_table *table, uint32_t id);
/* False when the number is taken. */
bool id_add(struct id_table *table, uint32_t id, void *item);
void id_remove(struct id_table *table, uint32_t id);
void id_free(struct id_table *table);

/* An IPv4 address stands as IPv4-mapped IPv6, so that one form is compared. */
struct address {
    uint8_t host[16];
    uint16_t port; /* host order */
};
bool address_equal(const struct address *a, const struct address *b);
bool address_from_socket(const struct sockaddr_storage *from, struct address *out);
/* `family`: that of the socket. Returns the length, 0 for IPv6 on an IPv4 socket. */
socklen_t address_to_socket(const struct address *from, int family, struct sockaddr_storage *out);

struct address_table {
    struct {
        struct address address;
        void *item;
    } *cells;
    uint32_t count, room;
    uint64_t seed; /* so that nobody can choose addresses that collide */
};
void *address_find(const struct address_table *table, const struct address *address);
void address_set(struct address_table *table, const struct address *address, void *item);
void address_remove(struct address_table *table, const struct address *address);
void address_free(struct address_table *table);

#endif
