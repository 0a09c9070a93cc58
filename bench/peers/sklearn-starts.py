"""scikit-learn's GaussianMixture with its default options, one start a seed: a JSON request on stdin, the fits on stdout."""
import json
import sys
import warnings

import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore", ConvergenceWarning)


class Counted(GaussianMixture):
    e_steps = 0

    def _e_step(self, *arguments, **options):
        self.e_steps += 1
        return super()._e_step(*arguments, **options)


def fit(x, k, covariance, seed):
    mixture = Counted(n_components=k, covariance_type=covariance, random_state=seed).fit(x)
    # The k-means that it starts from, drawn as it draws it: the same one.
    start = KMeans(n_clusters=k, n_init=1, random_state=numpy.random.RandomState(seed)).fit(x)
    return {
        "weights": mixture.weights_.tolist(),
        "means": mixture.means_.ravel().tolist(),
        "covariances": mixture.covariances_.ravel().tolist(),
        "eSteps": mixture.e_steps,
        "inStart": int(start.n_iter_),
    }


request = json.load(sys.stdin)
fits = []
for case in request["cases"]:
    x = numpy.array(case["data"]).reshape(case["shape"])
    fits.append([fit(x, case["k"], case["covariance"], seed) for seed in range(request["seeds"])])
json.dump({"version": sklearn.__version__, "fits": fits}, sys.stdout)
