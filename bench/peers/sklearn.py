"""scikit-learn's GaussianMixture as a peer: one JSON request a line on stdin, one answer a line on stdout."""
import json
import sys
import time
import warnings

answers = sys.stdout
sys.stdout = sys.stderr  # nothing else may write between the answers


def answer(**fields):
    print(json.dumps(fields), file=answers, flush=True)


class Peer:
    def open(self):
        import numpy
        import sklearn

        info = {"version": sklearn.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}
        try:
            from threadpoolctl import threadpool_info

            info["threads"] = max((pool["num_threads"] for pool in threadpool_info()), default=1)
        except ImportError:
            pass
        return info

    def load(self, problem):
        import numpy
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        warnings.simplefilter("ignore", ConvergenceWarning)
        shape, start = problem["shape"], problem["start"]
        n, d, k, covariance = (shape[name] for name in ("n", "d", "k", "covariance"))
        # float64, as it computes by default; the values are those of the float32 file.
        self.x = numpy.fromfile(problem["file"], dtype="<f4").reshape(n, d).astype(numpy.float64)
        precisions = 1 / numpy.array(start["variances"])
        marks = self.marks = []

        class Timed(GaussianMixture):
            def _e_step(self, *arguments, **options):
                result = super()._e_step(*arguments, **options)
                marks.append((time.perf_counter(), result[0]))
                return result

        self.mixture = lambda iterations: Timed(
            n_components=k,
            covariance_type=covariance,
            tol=0,
            reg_covar=problem["regCovar"],
            max_iter=iterations,
            weights_init=numpy.full(k, 1 / k),
            means_init=numpy.array(start["means"]).reshape(k, d),
            precisions_init={
                "full": lambda: numpy.tile(numpy.diag(precisions), (k, 1, 1)),
                "tied": lambda: numpy.diag(precisions),
                "diag": lambda: numpy.tile(precisions, (k, 1)),
                "spherical": lambda: numpy.full(k, 1 / numpy.mean(1 / precisions)),
            }[covariance](),
            init_params="random",
            random_state=0,
        )
        return {"rows": n}

    def run(self, iterations):
        self.marks.clear()
        self.mixture(iterations).fit(self.x)
        times = [mark for mark, _ in self.marks]
        return {
            "seconds": [later - earlier for earlier, later in zip(times, times[1:])],
            "logLikelihood": self.marks[-1][1] * len(self.x),
        }

    def unload(self):
        self.x = self.mixture = None

    def close(self):
        pass


peer = Peer()
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer(result=getattr(peer, request["method"])(*request["arguments"]))
    except ImportError as error:
        answer(absent=f"{error} ({sys.executable})")
    except Exception as error:
        answer(error=f"{type(error).__name__}: {error}")
