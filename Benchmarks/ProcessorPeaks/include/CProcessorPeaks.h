// What a processor can do at best, measured with all threads for half a second each.
#pragma once

typedef enum { LORIKEET_INT8, LORIKEET_BF16, LORIKEET_F32 } lorikeet_format;

// Returns the products and additions in a second (each product counts two operations); 0 if the processor has no
// instructions that multiply and add in this format.
double lorikeet_peak(lorikeet_format format);

// Returns the bytes that are read from memory in a second.
double lorikeet_bandwidth(void);
