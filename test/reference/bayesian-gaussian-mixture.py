"""scikit-learn's variational Gaussian mixtures, for test/bayesian-gaussian-mixture.test.ts.

python3 bayesian-gaussian-mixture.py > bayesian-gaussian-mixture.json   (scikit-learn 1.2.1)

Each fit starts from the M-step of the responsibilities of a plain mixture, whose parameters are `start`. `parameters`
are those of 20 more steps with reg_covar 1e-6; `lowerBound` is scikit-learn's (without constants) of 500 steps
with reg_covar 0 from the same start.
"""
import csv
import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

warnings.filterwarnings('ignore')
HERE = os.path.dirname(os.path.abspath(__file__))


def read(name, columns):
    with open(os.path.join(HERE, name)) as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[c]) for c in columns or rows[0]] for row in rows])


def of_type(covariance, kind):
    diagonal = np.diag(covariance)
    return {'full': covariance, 'tied': covariance, 'diag': diagonal, 'spherical': diagonal.mean()}[kind]


def fit(x, start, kind, settings, **more):
    plain = GaussianMixture(len(start['weights']), covariance_type=kind)
    plain.weights_, plain.means_, plain.covariances_ = map(np.array, start.values())
    plain.precisions_cholesky_ = _compute_precision_cholesky(plain.covariances_, kind)
    responsibilities = plain.predict_proba(x)

    class Started(BayesianGaussianMixture):
        def _initialize_parameters(self, x, random_state):
            self._initialize(x, responsibilities)

    return Started(n_components=len(start['weights']), covariance_type=kind, tol=0, **settings, **more).fit(x)


IRIS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']
PRIOR = np.diag([0.5, 0.4, 1.5, 0.8]) + 0.1
DATA = {
    'faithful': (read('faithful.csv', None), 4, lambda kind: {}),
    'iris': (
        read('iris.csv', IRIS),
        5,
        lambda kind: {
            'weight_concentration_prior': 2.5,
            'mean_precision_prior': 0.3,
            'mean_prior': [6, 3, 4, 1],
            'degrees_of_freedom_prior': 6.5,
            'covariance_prior': of_type(PRIOR, kind).tolist(),
        },
    ),
}
CAMEL = {
    'weight_concentration_prior': 'weightConcentrationPrior',
    'mean_precision_prior': 'meanPrecisionPrior',
    'mean_prior': 'meanPrior',
    'degrees_of_freedom_prior': 'degreesOfFreedomPrior',
    'covariance_prior': 'covariancePrior',
}

fits = []
for name, (x, k, priors) in DATA.items():
    n = len(x)
    for kind in ['full', 'tied', 'diag', 'spherical']:
        covariance = of_type(np.cov(x.T) / 2, kind)
        start = {
            'weights': [1 / k] * k,
            'means': [x[i * n // k].tolist() for i in range(k)],
            'covariances': (covariance if kind == 'tied' else np.array([covariance] * k)).tolist(),
        }
        for weights in ['dirichlet_process', 'dirichlet_distribution']:
            settings = {'weight_concentration_prior_type': weights, **priors(kind)}
            m = fit(x, start, kind, settings, max_iter=20, reg_covar=1e-6)
            converged = fit(x, start, kind, settings, max_iter=500, reg_covar=0)
            fits.append({
                'data': name,
                'options': {
                    'nComponents': k,
                    'covarianceType': kind,
                    'weightConcentrationPriorType': weights.replace('_', '-'),
                    **{CAMEL[key]: value for key, value in priors(kind).items()},
                },
                'start': start,
                'parameters': {
                    'weights': m.weights_.tolist(),
                    'weightConcentration': np.ravel(m.weight_concentration_).tolist(),
                    'meanPrecision': m.mean_precision_.tolist(),
                    'means': m.means_.ravel().tolist(),
                    'degreesOfFreedom': np.broadcast_to(m.degrees_of_freedom_, k).tolist(),
                    'covariances': np.ravel(m.covariances_).tolist(),
                },
                'meanLogDensity': m.score(x),
                'lowerBound': converged.lower_bound_,
            })

print(json.dumps({'source': f'scikit-learn {sklearn.__version__}', 'fits': fits}))
