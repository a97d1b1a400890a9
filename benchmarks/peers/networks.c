/* The practical floor of benchmarks/networks.py: two spiking networks written by hand, in single precision.
 *
 *     gcc -O3 -march=native -ffast-math networks.c -o networks -lm
 *     ./networks coba 4000 1           model, neurons, seed; 1 s in steps of 0.1 ms
 *
 * COBA and CUBA are benchmarks 1 and 2 of Brette et al. (2007), J. Comput. Neurosci. 23:349, after Vogels & Abbott (2005):
 * 80 % of the neurons excite, 20 % inhibit, each pair is connected with probability 80/n, a spike arrives one step later.
 * Spikes are kept in a list. Prints one line of JSON: seconds to draw the network and of the loop, and what came out. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 10000, REFRACTORY = 50, SYNAPSES = 80 };          /* 1 s, 5 ms, outgoing synapses of a neuron on average */
static const float DT = 0.1f, TAU = 20, TAU_E = 5, TAU_I = 10;   /* ms */
static const float V_TH = -50, V_RESET = -60;                    /* mV */

typedef struct {
    int n, n_exc;
    float w_e, w_i;
    float *v, *g_e, *g_i;                                        /* conductances over g_L, or their effect in mV */
    int32_t *wait;                                               /* steps for which v is still held at its reset */
    uint8_t *spiked;
    int64_t *row;                                                /* targets of i: target[row[i]] to target[row[i + 1] - 1] */
    int32_t *target;
} Network;

/* ---- random numbers: splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t state;
static double uniform(void) {                                    /* in (0, 1) */
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return ((z ^ (z >> 31)) >> 11) * 0x1p-53 + 0x1p-54;
}
static double normal(double mean, double sd) { return mean + sd * sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()); }

/* ---- the network */
static void connect(Network *net) {                              /* gaps between the targets of a row are geometric */
    double p = (double)SYNAPSES / net->n;
    int64_t room = (int64_t)net->n * SYNAPSES * 1.05 + 10000, count = 0;
    net->row = malloc((net->n + 1) * sizeof *net->row);
    net->target = malloc(room * sizeof *net->target);
    for (int i = 0; i < net->n; i++) {
        net->row[i] = count;
        for (double j = floor(log(uniform()) / log1p(-p)); j < net->n; j += 1 + floor(log(uniform()) / log1p(-p))) {
            if (count == room) net->target = realloc(net->target, (room *= 2) * sizeof *net->target);
            net->target[count++] = j;
        }
    }
    net->row[net->n] = count;
}

static Network *make(int coba, int n) {
    Network *net = malloc(sizeof *net);
    size_t bytes = n * sizeof(float);
    *net = (Network){n, 0.8 * n, coba ? 6.0 / 10 : 1.62, coba ? 67.0 / 10 : -9, malloc(bytes), malloc(bytes), malloc(bytes),
                     calloc(n, sizeof(int32_t)), calloc(n + 8, 1), NULL, NULL};
    connect(net);
    for (int i = 0; i < n; i++) {
        net->v[i] = coba ? normal(-65, 5) : V_RESET + uniform() * (V_TH - V_RESET);
        net->g_e[i] = coba ? normal(4, 1.5) : 0;
        net->g_i[i] = coba ? normal(20, 12) : 0;
    }
    return net;
}

/* ---- one step of all neurons; the compiler makes vectors of both loops */
#define FIRE_OR_MOVE(V_NEXT)                                     \
    int32_t left = wait[i] - (wait[i] > 0);                      \
    float moved = left > 0 ? v[i] : (V_NEXT);                    \
    int32_t fires = moved > V_TH;                                \
    v[i] = fires ? V_RESET : moved;                              \
    wait[i] = fires ? REFRACTORY : left;                         \
    spiked[i] = fires;                                           \
    g_e[i] *= decay_e;                                           \
    g_i[i] *= decay_i;
#define ARRAYS float *restrict v = net->v, *restrict g_e = net->g_e, *restrict g_i = net->g_i; \
    int32_t *restrict wait = net->wait; uint8_t *restrict spiked = net->spiked;                \
    const float decay_e = expf(-DT / TAU_E), decay_i = expf(-DT / TAU_I);

static void step_coba(Network *net) {                            /* exponential Euler: exact while g_e and g_i stand still */
    ARRAYS
    for (int i = 0; i < net->n; i++) {
        float total = 1 + g_e[i] + g_i[i], v_inf = (-60 - 80 * g_i[i]) / total;      /* E_L -60, E_e 0, E_i -80 mV */
        FIRE_OR_MOVE(v_inf + (v[i] - v_inf) * expf(-total * (DT / TAU)))
    }
}

static void step_cuba(Network *net) {                            /* exact: the equations are linear */
    ARRAYS
    const float decay = expf(-DT / TAU), E_L = -49;
    const float from_e = TAU_E / (TAU_E - TAU) * (decay_e - decay), from_i = TAU_I / (TAU_I - TAU) * (decay_i - decay);
    for (int i = 0; i < net->n; i++) {
        FIRE_OR_MOVE(E_L + (v[i] - E_L) * decay + g_e[i] * from_e + g_i[i] * from_i)
    }
}

static int list_spikes(const Network *net, int32_t *fired) {     /* eight neurons at a time: most of them are silent */
    int count = 0;
    for (int i = 0; i < net->n; i += 8) {
        uint64_t eight;
        memcpy(&eight, net->spiked + i, 8);
        if (eight)
            for (int k = i; k < i + 8; k++)
                if (net->spiked[k]) fired[count++] = k;
    }
    return count;
}

static void deliver(Network *net, const int32_t *fired, int count) {
    for (int s = 0; s < count; s++) {
        int i = fired[s], excites = i < net->n_exc;
        float *g = excites ? net->g_e : net->g_i, w = excites ? net->w_e : net->w_i;
        for (int64_t k = net->row[i]; k < net->row[i + 1]; k++) g[net->target[k]] += w;
    }
}

/* ---- what is reported */
static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double peak_memory(void) {                                /* MB */
    char line[256];
    long kB = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &kB);
    return kB / 1024.0;
}

static void measure(int n, const int32_t *fired, const int64_t *upto, double *rate, double *cv) {  /* from 200 ms on */
    int *last = malloc(n * sizeof *last), *gaps = calloc(n, sizeof *gaps), cells = 0;
    double *sum = calloc(n, sizeof *sum), *squares = calloc(n, sizeof *squares);
    for (int i = 0; i < n; i++) last[i] = -1;
    for (int k = STEPS / 5; k < STEPS; k++)
        for (int64_t s = upto[k]; s < upto[k + 1]; s++) {
            int i = fired[s], gap = k - last[i];
            if (last[i] >= 0) gaps[i]++, sum[i] += gap, squares[i] += (double)gap * gap;
            last[i] = k;
        }
    *rate = (upto[STEPS] - upto[STEPS / 5]) / (n * 0.8), *cv = 0;
    for (int i = 0; i < n; i++)
        if (gaps[i] > 1) {                                       /* three spikes at least */
            double mean = sum[i] / gaps[i];
            *cv += sqrt(fmax(0, squares[i] / gaps[i] - mean * mean)) / mean, cells++;
        }
    *cv /= cells;
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "networks coba|cuba NEURONS SEED\n"), 1;
    int coba = !strcmp(argv[1], "coba"), n = atoi(argv[2]);
    state = strtoull(argv[3], NULL, 10) * 0x632BE59BD9B4E019u;
    double start = seconds();
    Network *net = make(coba, n);
    int32_t *fired = malloc((int64_t)n * (STEPS / REFRACTORY) * sizeof *fired);      /* touched as it fills */
    int64_t *upto = calloc(STEPS + 1, sizeof *upto);
    double ready = seconds();
    for (int k = 0; k < STEPS; k++) {
        coba ? step_coba(net) : step_cuba(net);
        int count = list_spikes(net, fired + upto[k]);
        deliver(net, fired + upto[k], count);
        upto[k + 1] = upto[k] + count;
    }
    double end = seconds(), rate, cv, memory = peak_memory();
    measure(n, fired, upto, &rate, &cv);
    printf("{\"build\": %.5f, \"run\": %.5f, \"rate\": %.3f, \"cv\": %.4f, \"memory\": %.1f}\n",
           ready - start, end - ready, rate, cv, memory);
    return 0;
}
