"""Figures of scikit-learn's LatentDirichletAllocation on the counts of latent-dirichlet.json, written back into it.

Run in this folder: python3 latent-dirichlet.py
The counts were drawn by corpus() of ../support/lda-corpus.ts: n 150, vocabulary 60, nComponents 4, length 60,
topicWordPrior 0.1, seed 1.
"""
import json

import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.decomposition._online_lda_fast import _dirichlet_expectation_2d

file = json.load(open("latent-dirichlet.json"))
counts = file["counts"]
x = csr_matrix((counts["data"], counts["indices"], counts["indptr"]), shape=counts["shape"])
k, v = 4, counts["shape"][1]
start = np.round(np.random.RandomState(0).gamma(100, 0.01, (k, v)), 3)


class FromStart(LatentDirichletAllocation):
    def _init_latent_vars(self, n_features, dtype=np.float64):
        super()._init_latent_vars(n_features, dtype=dtype)
        self.components_ = start.copy()
        self.exp_dirichlet_component_ = np.exp(_dirichlet_expectation_2d(start))


def figures(**options):
    model = FromStart(k, mean_change_tol=1e-12, max_doc_update_iter=100000, random_state=0, **options).fit(x)
    return {
        "components": np.round(model.components_, 6).tolist(),
        "score": model.score(x),
        "perplexity": model.perplexity(x),
        "transform": np.round(model.transform(x[:3]), 9).tolist(),
    }


def perplexities(**options):
    return [LatentDirichletAllocation(k, random_state=s, **options).fit(x).perplexity(x) for s in range(5)]


file.update(
    version=sklearn.__version__,
    start=start.tolist(),
    batch=figures(max_iter=5, doc_topic_prior=0.6, topic_word_prior=0.02),
    default=figures(max_iter=15),
    online=figures(max_iter=2, learning_method="online", batch_size=32),
    perplexities={
        "batch": perplexities(max_iter=50),
        "online": perplexities(max_iter=50, learning_method="online"),
    },
)
json.dump(file, open("latent-dirichlet.json", "w"))
