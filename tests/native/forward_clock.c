/* A wall clock an hour ahead of the kernel's, as after it was set back: for LD_PRELOAD. */
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *out) {
    long done = syscall(SYS_clock_gettime, clock, out);
    if (done == 0 && clock == CLOCK_REALTIME)
        out->tv_sec += 3600;
    return (int)done;
}
