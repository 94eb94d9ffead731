#include "srtp.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { LABEL_RTP = 0, LABEL_RTCP = 3 };
enum { HEADER = 12, RTCP_HEADER = 8, GCM_TAG = 16, SHA1_TAG = 10, SHA1_KEY = SRTP_AUTHENTICATION_KEY, INDEX_WORD = 4 };
#define RTCP_ENCRYPTED 0x80000000u
#define RTCP_INDEX_MASK 0x7FFFFFFFu

/* Keys of one kind of packets. */
struct half {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    uint8_t salt[SRTP_MAX_SALT];
};

struct source {
    uint32_t ssrc;
    struct srtp_window rtp, rtcp;
};

struct srtp_direction {
    int profile;
    struct half rtp, rtcp;
    uint32_t rtcp_index;
    uint32_t count;
    struct source *sources[SRTP_MAX_SOURCES];
    uint32_t *kept_index;
    struct srtp_kept_source *kept_sources;
};

static bool is_gcm(const struct srtp_direction *d) { return d->profile != SRTP_AES_CM_SHA1_80; }

size_t srtp_key_length(int profile) {
    switch (profile) {
    case SRTP_AES_CM_SHA1_80:
    case SRTP_AEAD_AES_128_GCM: return 16;
    case SRTP_AEAD_AES_256_GCM: return 32;
    default: return 0;
    }
}

size_t srtp_salt_length(int profile) {
    if (srtp_key_length(profile) == 0)
        return 0;
    return profile == SRTP_AES_CM_SHA1_80 ? 14 : 12;
}

/* ---- keys ------------------------------------------------------------------------------- */

/* RFC 3711 section 4.3 with a key derivation rate of 0; a 12-octet salt counts as padded with
   zeros to 14 (RFC 7714 section 11). */
bool srtp_derive(const uint8_t *key, size_t key_length, const uint8_t salt[SRTP_MAX_SALT],
                 uint8_t label, uint8_t *out, size_t length) {
    static const uint8_t zeros[SRTP_MAX_KEY] = {0};
    uint8_t iv[16] = {0};
    memcpy(iv, salt, SRTP_MAX_SALT);
    iv[7] ^= label;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    bool done = ctx != NULL &&
                EVP_EncryptInit_ex(ctx, key_length == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(),
                                   NULL, key, iv) == 1 &&
                EVP_EncryptUpdate(ctx, out, &n, zeros, (int)length) == 1 && (size_t)n == length;
    EVP_CIPHER_CTX_free(ctx);
    return done;
}

static EVP_MAC_CTX *new_mac(const uint8_t *key) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac == NULL)
        return NULL;
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    char digest[] = "SHA1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (ctx != NULL && EVP_MAC_init(ctx, key, SHA1_KEY, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static bool use_keys(struct half *half, int profile, const uint8_t *key,
                     const uint8_t *authentication) {
    const EVP_CIPHER *cipher = profile == SRTP_AES_CM_SHA1_80     ? EVP_aes_128_ctr()
                               : profile == SRTP_AEAD_AES_128_GCM ? EVP_aes_128_gcm()
                                                                  : EVP_aes_256_gcm();
    half->cipher = EVP_CIPHER_CTX_new();
    /* Counter mode decrypts as it encrypts; GCM learns its direction per packet. */
    if (half->cipher == NULL || EVP_EncryptInit_ex(half->cipher, cipher, NULL, key, NULL) != 1)
        return false;
    if (profile == SRTP_AES_CM_SHA1_80)
        half->mac = new_mac(authentication);
    return profile != SRTP_AES_CM_SHA1_80 || half->mac != NULL;
}

static bool open_half(struct half *half, int profile, const uint8_t *key, const uint8_t *salt,
                      uint8_t label) {
    size_t length = srtp_key_length(profile);
    uint8_t session[SRTP_MAX_KEY], authentication[SRTP_AUTHENTICATION_KEY];
    bool done =
        srtp_derive(key, length, salt, label, session, length) &&
        srtp_derive(key, length, salt, (uint8_t)(label + 1), authentication, SHA1_KEY) &&
        srtp_derive(key, length, salt, (uint8_t)(label + 2), half->salt,
                    srtp_salt_length(profile)) &&
        use_keys(half, profile, session, authentication);
    OPENSSL_cleanse(session, sizeof session);
    OPENSSL_cleanse(authentication, sizeof authentication);
    return done;
}

struct srtp_direction *srtp_new(int profile, const uint8_t *key, const uint8_t *salt) {
    if (srtp_key_length(profile) == 0)
        return NULL;
    uint8_t padded[SRTP_MAX_SALT] = {0};
    memcpy(padded, salt, srtp_salt_length(profile));
    struct srtp_direction *d = make(sizeof *d);
    d->profile = profile;
    bool done = open_half(&d->rtp, profile, key, padded, LABEL_RTP) &&
                open_half(&d->rtcp, profile, key, padded, LABEL_RTCP);
    OPENSSL_cleanse(padded, sizeof padded);
    if (!done) {
        srtp_free(d);
        return NULL;
    }
    return d;
}

struct srtp_direction *srtp_new_session(int profile, const uint8_t *key, const uint8_t *salt,
                                        const uint8_t *authentication) {
    struct srtp_direction *d = make(sizeof *d);
    d->profile = profile;
    memcpy(d->rtp.salt, salt, srtp_salt_length(profile));
    memcpy(d->rtcp.salt, salt, srtp_salt_length(profile));
    if (!use_keys(&d->rtp, profile, key, authentication) ||
        !use_keys(&d->rtcp, profile, key, authentication)) {
        srtp_free(d);
        return NULL;
    }
    return d;
}

void srtp_free(struct srtp_direction *d) {
    if (d == NULL)
        return;
    /* These wipe what they hold. */
    EVP_CIPHER_CTX_free(d->rtp.cipher);
    EVP_CIPHER_CTX_free(d->rtcp.cipher);
    EVP_MAC_CTX_free(d->rtp.mac);
    EVP_MAC_CTX_free(d->rtcp.mac);
    for (uint32_t i = 0; i < d->count; i++)
        free(d->sources[i]);
    OPENSSL_cleanse(d, sizeof *d);
    free(d);
}

/* ---- indices ---------------------------------------------------------------------------- */

uint64_t srtp_guess(const struct srtp_window *w, uint16_t sequence) {
    if (!w->is_started)
        return sequence;
    uint64_t roc = w->top >> 16;
    int32_t step = (int32_t)sequence - (int32_t)(w->top & 0xFFFF);
    if (step > 0x8000 && roc > 0)
        roc--;
    else if (step < -0x8000)
        roc++;
    return roc << 16 | sequence;
}

bool srtp_is_fresh(const struct srtp_window *w, uint64_t index) {
    if (!w->is_started || index > w->top)
        return true;
    if (w->top - index >= SRTP_WINDOW)
        return false;
    return !(w->bits[index / 64 % (SRTP_WINDOW / 64)] >> (index % 64) & 1);
}

void srtp_note(struct srtp_window *w, uint64_t index) {
    if (!w->is_started || index > w->top) {
        if (!w->is_started || index - w->top >= SRTP_WINDOW)
            memset(w->bits, 0, sizeof w->bits);
        else
            for (uint64_t i = w->top + 1; i < index; i++)
                w->bits[i / 64 % (SRTP_WINDOW / 64)] &= ~(UINT64_C(1) << (i % 64));
        w->top = index;
        w->is_started = true;
    }
    w->bits[index / 64 % (SRTP_WINDOW / 64)] |= UINT64_C(1) << (index % 64);
    if (w->kept)
        *w->kept = w->top + 1;
}

void srtp_keep_window(struct srtp_window *w, uint64_t *kept) {
    w->kept = kept;
    if (*kept == 0)
        return;
    w->top = *kept - 1;
    w->is_started = true;
    memset(w->bits, 0xFF, sizeof w->bits);
}

void srtp_keep_index(struct srtp_direction *d, uint32_t *kept) {
    d->kept_index = kept;
    d->rtcp_index = *kept & RTCP_INDEX_MASK;
}

static struct source *find_source(const struct srtp_direction *d, uint32_t ssrc) {
    for (uint32_t i = 0; i < d->count; i++)
        if (d->sources[i]->ssrc == ssrc)
            return d->sources[i];
    return NULL;
}

/* Called with an authentic packet only, so nobody else can fill the table. */
static struct source *add_source(struct srtp_direction *d, uint32_t ssrc) {
    struct source *source = make(sizeof *source);
    source->ssrc = ssrc;
    if (d->kept_sources) {
        struct srtp_kept_source *kept = &d->kept_sources[d->count];
        kept->ssrc = ssrc;
        kept->is_known = true;
        srtp_keep_window(&source->rtp, &kept->rtp_next);
        srtp_keep_window(&source->rtcp, &kept->rtcp_next);
    }
    d->sources[d->count++] = source;
    return source;
}

void srtp_keep_sources(struct srtp_direction *d, struct srtp_kept_source *kept) {
    d->kept_sources = kept;
    while (d->count < SRTP_MAX_SOURCES && kept[d->count].is_known)
        add_source(d, kept[d->count].ssrc);
}

/* ---- ciphers ---------------------------------------------------------------------------- */

static void gcm_iv(uint8_t iv[12], const struct half *half, uint32_t ssrc, uint64_t index) {
    /* RTP: 0 SSRC ROC SEQ; RTCP: 0 SSRC 0 index. Both are the index in the last six octets. */
    memcpy(iv, half->salt, 12);
    for (int i = 0; i < 4; i++)
        iv[2 + i] ^= (uint8_t)(ssrc >> (24 - 8 * i));
    for (int i = 0; i < 6; i++)
        iv[6 + i] ^= (uint8_t)(index >> (40 - 8 * i));
}

static void counter_iv(uint8_t iv[16], const struct half *half, uint32_t ssrc, uint64_t index) {
    memcpy(iv, half->salt, 14);
    iv[14] = iv[15] = 0;
    for (int i = 0; i < 4; i++)
        iv[4 + i] ^= (uint8_t)(ssrc >> (24 - 8 * i));
    for (int i = 0; i < 6; i++)
        iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
}

static bool update(EVP_CIPHER_CTX *ctx, bool is_sending, uint8_t *out, const uint8_t *in,
                   size_t length) {
    int n = 0;
    if (length == 0)
        return true;
    return (is_sending ? EVP_EncryptUpdate(ctx, out, &n, in, (int)length)
                       : EVP_DecryptUpdate(ctx, out, &n, in, (int)length)) == 1;
}

static bool gcm_start(struct half *half, bool is_sending, uint32_t ssrc, uint64_t index) {
    uint8_t iv[12];
    gcm_iv(iv, half, ssrc, index);
    return (is_sending ? EVP_EncryptInit_ex(half->cipher, NULL, NULL, NULL, iv)
                       : EVP_DecryptInit_ex(half->cipher, NULL, NULL, NULL, iv)) == 1;
}

static bool gcm_seal(struct half *half, uint8_t *tag) {
    int n = 0;
    return EVP_EncryptFinal_ex(half->cipher, tag, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(half->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) == 1;
}

static bool gcm_check(struct half *half, uint8_t *tag) {
    int n = 0;
    uint8_t nothing[16];
    return EVP_CIPHER_CTX_ctrl(half->cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(half->cipher, nothing, &n) == 1;
}

static bool counter_start(struct half *half, uint32_t ssrc, uint64_t index) {
    uint8_t iv[16];
    counter_iv(iv, half, ssrc, index);
    return EVP_EncryptInit_ex(half->cipher, NULL, NULL, NULL, iv) == 1;
}

/* HMAC over the packet and, for RTP, the roll-over counter. */
static bool sha1_tag(struct half *half, const uint8_t *data, size_t length, const uint8_t *roc,
                     uint8_t tag[SHA1_KEY]) {
    size_t n = 0;
    return EVP_MAC_init(half->mac, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(half->mac, data, length) == 1 &&
           (roc == NULL || EVP_MAC_update(half->mac, roc, 4) == 1) &&
           EVP_MAC_final(half->mac, tag, &n, SHA1_KEY) == 1 && n == SHA1_KEY;
}

/* ---- RTP -------------------------------------------------------------------------------- */

size_t srtp_protect(struct srtp_direction *d, struct srtp_window *sent, bool is_repeat,
                    uint8_t *out, size_t header, size_t capacity, const uint8_t *head,
                    size_t head_length, const uint8_t *rest, size_t rest_length) {
    size_t trailer = is_gcm(d) ? GCM_TAG : SHA1_TAG;
    size_t end = header + head_length + rest_length;
    if (header < HEADER || end + trailer > capacity)
        return 0;
    uint64_t index = srtp_guess(sent, get16(out + 2));
    if (is_repeat == srtp_is_fresh(sent, index) || index >> 48)
        return 0;
    if (is_repeat && sent->top - index >= SRTP_WINDOW)
        return 0;
    uint32_t ssrc = get32(out + 8);
    struct half *half = &d->rtp;
    uint8_t *body = out + header;
    if (is_gcm(d)) {
        if (!gcm_start(half, true, ssrc, index) || !update(half->cipher, true, NULL, out, header) ||
            !update(half->cipher, true, body, head, head_length) ||
            !update(half->cipher, true, body + head_length, rest, rest_length) ||
            !gcm_seal(half, out + end))
            return 0;
    } else {
        uint8_t roc[4], tag[SHA1_KEY];
        put32(roc, (uint32_t)(index >> 16));
        if (!counter_start(half, ssrc, index) ||
            !update(half->cipher, true, body, head, head_length) ||
            !update(half->cipher, true, body + head_length, rest, rest_length) ||
            !sha1_tag(half, out, end, roc, tag))
            return 0;
        memcpy(out + end, tag, SHA1_TAG);
    }
    if (!is_repeat)
        srtp_note(sent, index);
    return end + trailer;
}

/* Length of the RTP header with its extension, 0 when it does not fit. */
static size_t header_length(const uint8_t *packet, size_t length) {
    if (length < HEADER || packet[0] >> 6 != 2)
        return 0;
    size_t end = HEADER + 4u * (packet[0] & 0x0F);
    if (packet[0] & 0x10) {
        if (length < end + 4)
            return 0;
        end += 4 + 4u * get16(packet + end + 2);
    }
    return end <= length ? end : 0;
}

size_t srtp_unprotect(struct srtp_direction *d, uint8_t *packet, size_t length) {
    size_t trailer = is_gcm(d) ? GCM_TAG : SHA1_TAG;
    size_t header = header_length(packet, length);
    if (header == 0 || length < header + trailer)
        return 0;
    uint32_t ssrc = get32(packet + 8);
    struct source *source = find_source(d, ssrc);
    if (source == NULL && d->count == SRTP_MAX_SOURCES)
        return 0;
    static const struct srtp_window unseen = {0};
    const struct srtp_window *window = source != NULL ? &source->rtp : &unseen;
    uint64_t index = srtp_guess(window, get16(packet + 2));
    if (!srtp_is_fresh(window, index) || index >> 48)
        return 0;
    size_t end = length - trailer;
    struct half *half = &d->rtp;
    uint8_t *body = packet + header;
    if (is_gcm(d)) {
        if (!gcm_start(half, false, ssrc, index) ||
            !update(half->cipher, false, NULL, packet, header) ||
            !update(half->cipher, false, body, body, end - header) ||
            !gcm_check(half, packet + end))
            return 0;
    } else {
        uint8_t roc[4], tag[SHA1_KEY];
        put32(roc, (uint32_t)(index >> 16));
        if (!sha1_tag(half, packet, end, roc, tag) ||
            CRYPTO_memcmp(tag, packet + end, SHA1_TAG) != 0)
            return 0;
        if (!counter_start(half, ssrc, index) ||
            !update(half->cipher, true, body, body, end - header))
            return 0;
    }
    if (source == NULL)
        source = add_source(d, ssrc);
    srtp_note(&source->rtp, index);
    return end;
}

/* ---- RTCP ------------------------------------------------------------------------------- */

size_t srtp_protect_rtcp(struct srtp_direction *d, uint8_t *packet, size_t length,
                         size_t capacity) {
    size_t trailer = INDEX_WORD + (is_gcm(d) ? GCM_TAG : SHA1_TAG);
    if (length < RTCP_HEADER || length + trailer > capacity || d->rtcp_index == RTCP_INDEX_MASK)
        return 0;
    uint32_t index = ++d->rtcp_index;
    if (d->kept_index)
        *d->kept_index = index;
    uint32_t ssrc = get32(packet + 4);
    uint8_t word[INDEX_WORD];
    put32(word, RTCP_ENCRYPTED | index);
    struct half *half = &d->rtcp;
    uint8_t *body = packet + RTCP_HEADER;
    if (is_gcm(d)) {
        if (!gcm_start(half, true, ssrc, index) ||
            !update(half->cipher, true, NULL, packet, RTCP_HEADER) ||
            !update(half->cipher, true, NULL, word, INDEX_WORD) ||
            !update(half->cipher, true, body, body, length - RTCP_HEADER) ||
            !gcm_seal(half, packet + length))
            return 0;
        memcpy(packet + length + GCM_TAG, word, INDEX_WORD);
    } else {
        uint8_t tag[SHA1_KEY];
        if (!counter_start(half, ssrc, index) ||
            !update(half->cipher, true, body, body, length - RTCP_HEADER))
            return 0;
        memcpy(packet + length, word, INDEX_WORD);
        if (!sha1_tag(half, packet, length + INDEX_WORD, NULL, tag))
            return 0;
        memcpy(packet + length + INDEX_WORD, tag, SHA1_TAG);
    }
    return length + trailer;
}

size_t srtp_unprotect_rtcp(struct srtp_direction *d, uint8_t *packet, size_t length) {
    size_t tag_length = is_gcm(d) ? GCM_TAG : SHA1_TAG;
    if (length < RTCP_HEADER + INDEX_WORD + tag_length)
        return 0;
    size_t end = length - INDEX_WORD - tag_length;
    uint8_t *word = packet + (is_gcm(d) ? length - INDEX_WORD : end);
    /* Every peer of ours encrypts; RFC 3711 would allow not to. */
    if (!(get32(word) & RTCP_ENCRYPTED))
        return 0;
    uint32_t index = get32(word) & RTCP_INDEX_MASK;
    uint32_t ssrc = get32(packet + 4);
    struct source *source = find_source(d, ssrc);
    if (source == NULL && d->count == SRTP_MAX_SOURCES)
        return 0;
    if (source != NULL && !srtp_is_fresh(&source->rtcp, index))
        return 0;
    struct half *half = &d->rtcp;
    uint8_t *body = packet + RTCP_HEADER;
    if (is_gcm(d)) {
        if (!gcm_start(half, false, ssrc, index) ||
            !update(half->cipher, false, NULL, packet, RTCP_HEADER) ||
            !update(half->cipher, false, NULL, word, INDEX_WORD) ||
            !update(half->cipher, false, body, body, end - RTCP_HEADER) ||
            !gcm_check(half, packet + end))
            return 0;
    } else {
        uint8_t tag[SHA1_KEY];
        if (!sha1_tag(half, packet, end + INDEX_WORD, NULL, tag) ||
            CRYPTO_memcmp(tag, packet + end + INDEX_WORD, SHA1_TAG) != 0)
            return 0;
        if (!counter_start(half, ssrc, index) ||
            !update(half->cipher, true, body, body, end - RTCP_HEADER))
            return 0;
    }
    if (source == NULL)
        source = add_source(d, ssrc);
    srtp_note(&source->rtcp, index);
    return end;
}
