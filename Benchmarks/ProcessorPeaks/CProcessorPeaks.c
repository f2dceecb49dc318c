#define _GNU_SOURCE

#include "CProcessorPeaks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 256, ROUNDS = 20000 };
static const double SECONDS = 0.5;
static const size_t BYTES = 256UL << 20;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

// Runs `work` on every processor, and returns the sum of what it returns through its argument.
static double on_all_processors(void *(*work)(void *)) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  if (count > MOST_THREADS) count = MOST_THREADS;
  pthread_t threads[MOST_THREADS];
  double results[MOST_THREADS] = {0};
  long started = 0;
  while (started < count && pthread_create(&threads[started], NULL, work, &results[started]) == 0) ++started;
  double sum = 0;
  for (long index = 0; index < started; ++index) {
    pthread_join(threads[index], NULL);
    sum += results[index];
  }
  return sum;
}

#if defined(__x86_64__)
#include <immintrin.h>

// Twelve independent sums hide the latency of the instructions.
#define LOOP(TYPE, ZERO, STEP, OPERATIONS)                                                                       \
  TYPE s0 = ZERO, s1 = ZERO, s2 = ZERO, s3 = ZERO, s4 = ZERO, s5 = ZERO, s6 = ZERO, s7 = ZERO, s8 = ZERO,         \
       s9 = ZERO, sa = ZERO, sb = ZERO;                                                                          \
  const double start = now();                                                                                    \
  double count = 0;                                                                                              \
  do {                                                                                                           \
    for (int round = 0; round < ROUNDS; ++round) {                                                               \
      STEP(s0); STEP(s1); STEP(s2); STEP(s3); STEP(s4); STEP(s5);                                                \
      STEP(s6); STEP(s7); STEP(s8); STEP(s9); STEP(sa); STEP(sb);                                                \
    }                                                                                                            \
    __asm__ volatile("" : "+v"(s0), "+v"(s1), "+v"(s2), "+v"(s3), "+v"(s4), "+v"(s5));                           \
    __asm__ volatile("" : "+v"(s6), "+v"(s7), "+v"(s8), "+v"(s9), "+v"(sa), "+v"(sb));                           \
    count += 12.0 * ROUNDS * (OPERATIONS);                                                                       \
  } while (now() - start < SECONDS);                                                                             \
  *(double *)result = count / (now() - start);                                                                   \
  return NULL;

__attribute__((target("avx512f,avx512vnni"))) static void *int8_avx512(void *result) {
  const __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(1);
#define STEP(sum) sum = _mm512_dpbusd_epi32(sum, a, b)
  LOOP(__m512i, _mm512_setzero_si512(), STEP, 128)
#undef STEP
}

__attribute__((target("avx2,avxvnni"))) static void *int8_avx2(void *result) {
  const __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(1);
#define STEP(sum) sum = _mm256_dpbusd_avx_epi32(sum, a, b)
  LOOP(__m256i, _mm256_setzero_si256(), STEP, 64)
#undef STEP
}

__attribute__((target("avx512f,avx512bf16"))) static void *bf16_avx512(void *result) {
  const __m512bh a = (__m512bh)_mm512_set1_epi16(0x3f80), b = (__m512bh)_mm512_set1_epi16(0x3f80);
#define STEP(sum) sum = _mm512_dpbf16_ps(sum, a, b)
  LOOP(__m512, _mm512_setzero_ps(), STEP, 64)
#undef STEP
}

__attribute__((target("avx512f"))) static void *f32_avx512(void *result) {
  const __m512 a = _mm512_set1_ps(1), b = _mm512_set1_ps(1);
#define STEP(sum) sum = _mm512_fmadd_ps(a, b, sum)
  LOOP(__m512, _mm512_setzero_ps(), STEP, 32)
#undef STEP
}

__attribute__((target("avx2,fma"))) static void *f32_avx2(void *result) {
  const __m256 a = _mm256_set1_ps(1), b = _mm256_set1_ps(1);
#define STEP(sum) sum = _mm256_fmadd_ps(a, b, sum)
  LOOP(__m256, _mm256_setzero_ps(), STEP, 16)
#undef STEP
}

double lorikeet_peak(lorikeet_format format) {
  switch (format) {
    case LORIKEET_INT8:
      if (__builtin_cpu_supports("avx512vnni")) return on_all_processors(int8_avx512);
      return __builtin_cpu_supports("avxvnni") ? on_all_processors(int8_avx2) : 0;
    case LORIKEET_BF16: return __builtin_cpu_supports("avx512bf16") ? on_all_processors(bf16_avx512) : 0;
    case LORIKEET_F32:
      if (__builtin_cpu_supports("avx512f")) return on_all_processors(f32_avx512);
      return __builtin_cpu_supports("fma") ? on_all_processors(f32_avx2) : 0;
  }
  return 0;
}
#else
double lorikeet_peak(lorikeet_format format) { return 0; }
#endif

static void *reading(void *result) {
  unsigned long *words = malloc(BYTES);
  if (!words) return NULL;
  memset(words, 1, BYTES);
  const size_t count = BYTES / sizeof *words;
  const double start = now();
  double bytes = 0;
  unsigned long sum = 0;
  do {
    for (size_t index = 0; index < count; ++index) sum += words[index];
    __asm__ volatile("" : "+r"(sum));
    bytes += BYTES;
  } while (now() - start < SECONDS);
  *(double *)result = bytes / (now() - start);
  free(words);
  return NULL;
}

double lorikeet_bandwidth(void) { return on_all_processors(reading); }
