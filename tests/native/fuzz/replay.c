/* Stands in for libFuzzer: feeds the files named on the command line to a target, so that inputs
   kept from earlier runs are tried with any compiler. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **names) {
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(names[i], "rb");
        if (file == NULL) {
            perror(names[i]);
            return 1;
        }
        static uint8_t data[1 << 20];
        size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        /* A copy of its own length, so that a read past the end is seen. */
        uint8_t *exact = malloc(size ? size : 1);
        for (size_t n = 0; exact && n < size; n++)
            exact[n] = data[n];
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    return 0;
}
