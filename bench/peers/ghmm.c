/* Baum-Welch of the General Hidden Markov Model Library as a peer: univariate Gaussian emissions.
 * ghmm FILE STATES SEQUENCES LENGTH ITERATIONS; FILE holds float64 means [K], variances [K], initial probabilities [K],
 * transitions [K, K] and rows. One JSON line on stdout: seconds of each iteration, log-likelihoods before and after. */
#include <ghmm/ghmm.h>
#include <ghmm/sequence.h>
#include <ghmm/smodel.h>
#include <ghmm/sreestimate.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Debian's library asks for these of ATLAS; only multivariate emissions call them. */
int clapack_dgetrf(void) { return -1; }
int clapack_dgetri(void) { return -1; }
int clapack_dpotrf(void) { return -1; }

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static double *doubles(FILE *file, long count) {
  double *values = malloc(count * sizeof(double));
  if (!values || fread(values, sizeof(double), count, file) != (size_t)count) exit(2);
  return values;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 2;
  int k = atoi(argv[2]), length = atoi(argv[4]), iterations = atoi(argv[5]);
  long sequences = atol(argv[3]);
  double *means = doubles(file, k), *variances = doubles(file, k), *initial = doubles(file, k);
  double *transitions = doubles(file, (long)k * k);

  ghmm_cmodel *model = ghmm_cmodel_calloc(k, GHMM_kContinuousHMM);
  model->N = k;
  model->M = model->dim = model->cos = 1;
  model->prior = -1;
  for (int i = 0; i < k; i++) {
    ghmm_cstate *state = model->s + i;
    ghmm_cstate_alloc(state, 1, k, k, 1);
    state->M = 1;
    state->pi = initial[i];
    state->out_states = state->in_states = k;
    state->c[0] = 1;
    state->e[0].type = normal;
    state->e[0].dimension = 1;
    state->e[0].mean.val = means[i];
    state->e[0].variance.val = variances[i];
    for (int j = 0; j < k; j++) {
      state->out_id[j] = state->in_id[j] = j;
      state->out_a[0][j] = transitions[i * k + j];
      state->in_a[0][j] = transitions[j * k + i];
    }
  }

  ghmm_cseq *data = ghmm_cseq_calloc(sequences);
  data->dim = 1;
  data->total_w = sequences;
  for (long n = 0; n < sequences; n++) {
    data->seq[n] = doubles(file, length);
    data->seq_len[n] = length;
    data->seq_w[n] = 1;
  }
  double start = 0, likelihood = 0;
  if (ghmm_cmodel_likelihood(model, data, &start) < 0) return 3;
  printf("{\"seconds\": [");
  for (int i = 0; i < iterations; i++) {
    /* one at a time: it would stop by itself where the likelihood rises by less than its own tolerance */
    ghmm_cmodel_baum_welch_context context = {model, data, &likelihood, 1e-300, 1};
    double begin = seconds();
    if (ghmm_cmodel_baum_welch(&context) != 0) return 3;
    printf("%s%.9g", i ? ", " : "", seconds() - begin);
  }
  if (ghmm_cmodel_likelihood(model, data, &likelihood) < 0) return 3;
  printf("], \"start\": %.17g, \"logLikelihood\": %.17g}\n", start, likelihood);
  return 0;
}
