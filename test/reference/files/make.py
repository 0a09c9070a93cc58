"""Small files as pandas, NumPy, scikit-learn and Excel write them, and what they mean.

python3 make.py      (Python 3.11.7, pandas 3.1.1, NumPy 2.4.6, scikit-learn 1.9.1)

Each file is a table in memory, written by a program's own call. `expected.json` holds what a person means by it,
computed from the table and not from the file: columns, rows, means, and the log-likelihood of one Gaussian whose
covariance is that of the rows (divided by n) with 1e-6 on its diagonal. `levels.json` holds what is meant by columns of
words: columns, rows, levels, and the log-likelihood of their frequencies, each column by itself.
"""
import csv
import gzip
import json
import os
import shutil

import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_breast_cancer, load_iris

HERE = os.path.dirname(os.path.abspath(__file__))
expected = {}
levels = {}


def means_of(name, table, columns=None):
    """Say what the file `name` means: `table` is a frame, or an array whose columns are called 0, 1, …"""
    values = np.asarray(table, dtype=np.float64)
    values = values[:, None] if values.ndim == 1 else values
    columns = columns or ([str(c) for c in table.columns] if hasattr(table, 'columns') else [str(j) for j in range(values.shape[1])])
    n, d = values.shape
    from_mean = values - values.mean(0)
    covariance = from_mean.T @ from_mean / n + 1e-6 * np.eye(d)
    distances = np.sum(from_mean * np.linalg.solve(covariance, from_mean.T).T)
    log_density = -0.5 * (n * (d * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]) + distances)
    expected[name] = {
        'columns': columns,
        'rows': n,
        'means': values.mean(0).tolist(),
        'logLikelihood': log_density,
    }


def levels_of(name, table):
    counts = [table[column].value_counts().to_numpy() for column in table.columns]
    levels[name] = {
        'columns': list(table.columns),
        'rows': len(table),
        'levels': [sorted(table[column].astype(str).unique()) for column in table.columns],
        'logLikelihood': float(sum(np.sum(n * np.log(n / len(table))) for n in counts)),
    }


def path(name):
    file = os.path.join(HERE, name)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    return file


def frame(name, table, means=None, **how):
    """`table.to_csv(name, **how)`; `means` are the rows and columns that a person would fit."""
    table.to_csv(path(name), **how)
    means_of(name, table if means is None else means)


def by_hand(name, text, means, encoding='utf-8', columns=None):
    with open(path(name), 'wb') as file:
        file.write(text.encode(encoding))
    means_of(name, means, columns)


bunch = load_iris(as_frame=True)
iris = bunch.data.iloc[::5].reset_index(drop=True)
species = pd.Categorical.from_codes(bunch.target.iloc[::5], bunch.target_names)

# pandas
frame('pandas/to_csv.csv', iris)
frame('pandas/to_csv-without-index.csv', iris, index=False)
frame('pandas/to_csv-without-names.csv', pd.DataFrame(iris.to_numpy()), index=False, header=False)
frame('pandas/to_csv-of-array.csv', pd.DataFrame(iris.to_numpy()))
frame('pandas/to_csv-of-array-without-index.csv', pd.DataFrame(iris.to_numpy()), index=False)
frame('pandas/to_csv-of-series.csv', iris.iloc[:, 0])
expected['pandas/to_csv-of-series.csv']['columns'] = [iris.columns[0]]
frame('pandas/to_csv-tabs.tsv', iris, sep='\t')
frame('pandas/to_csv-german.csv', iris, sep=';', decimal=',')
frame('pandas/to_csv-german-without-index.csv', iris, sep=';', decimal=',', index=False)
frame('pandas/to_csv-quoted.csv', iris, quoting=csv.QUOTE_ALL)
frame('pandas/to_csv-quoted-texts.csv', iris, quoting=csv.QUOTE_NONNUMERIC)
frame('pandas/to_csv-categories.csv', iris.assign(species=species), iris, index=False)
frame('pandas/to_csv-categories-with-index.csv', iris.assign(species=species), iris)
frame('pandas/to_csv.csv.gz', iris, compression={'method': 'gzip', 'mtime': 0})
frame('pandas/to_csv-utf-8-sig.csv', iris, encoding='utf-8-sig')
frame('pandas/to_csv-utf-16.csv', iris, encoding='utf-16')
frame('pandas/to_csv-utf-16-without-mark.csv', iris, encoding='utf-16-le')
frame('pandas/to_csv-crlf.csv', iris, lineterminator='\r\n')
gaps = iris.copy()
gaps.iloc[[2, 11], 1] = np.nan
gaps.iloc[11, 3] = np.nan
frame('pandas/to_csv-gaps.csv', gaps, gaps.dropna())
frame('pandas/to_csv-gaps-as-NaN.csv', gaps, gaps.dropna(), index=False, na_rep='NaN')
frame('pandas/to_csv-gaps-as-bars.csv', gaps, gaps.dropna(), index=False, na_rep='NULL', sep='|')
visits = pd.DataFrame(
    {
        'who': ['Ann "Nan" Lee', 'Bo, Jr.', 'line\nbreak', "d'Arc", 'É. Zola'] * 6,
        'age': np.arange(20, 50) ** 2 / 40,
        'note': ['none', '', '1,5; 2', '#1', ' x '] * 6,
        'weight': 60 + 10 * np.sin(np.arange(30.0)),
    }
)
frame('pandas/to_csv-texts.csv', visits, visits[['age', 'weight']])
days = visits[['age', 'weight']].set_index(pd.date_range('2024-01-01', periods=30, name='day'))
frame('pandas/to_csv-dates.csv', days)
frame('pandas/to_csv-dates-without-a-name.csv', days.rename_axis(None))
frame('pandas/to_csv-infinite.csv', gaps.fillna(np.inf), gaps.dropna(), index=False)
frame('pandas/to_csv-scientific.csv', iris, index=False, float_format='%.3e')
levels_of('pandas/to_csv-categories.csv', pd.DataFrame({'species': species}))
groups = days.assign(is_old=days.age > 25)
frame('pandas/to_csv-booleans.csv', groups, days, index=False)
levels_of('pandas/to_csv-booleans.csv', groups[['is_old']])

# NumPy
array = iris.to_numpy()


def saved(name, values, meant=None):
    np.save(path(name), values)
    means_of(name, values if meant is None else meant)


def text(name, values, columns=None, **how):
    np.savetxt(path(name), values, **how)
    means_of(name, values, columns)


text('numpy/savetxt.txt', array)
text('numpy/savetxt-commas.csv', array, delimiter=',')
text('numpy/savetxt-one-column.txt', array[:, 0])
text('numpy/savetxt-header.txt', array, ['a', 'b', 'c', 'd'], header='a b c d')
text('numpy/savetxt-header-commas.csv', array, ['a', 'b', 'c', 'd'], header='a,b,c,d', delimiter=',')
text('numpy/savetxt-header-no-comment.csv', array, ['a', 'b', 'c', 'd'], header='a,b,c,d', comments='', delimiter=',')
text('numpy/savetxt-words.txt', array, header='measured in 1936, in cm\nby R. A. Fisher')
text('numpy/savetxt-integers.txt', np.rint(10 * array), fmt='%d')
text('numpy/savetxt-fixed-width.txt', array, fmt='%10.2f')
text('numpy/savetxt.txt.gz', array)
with open(path('numpy/savetxt.txt.gz'), 'wb') as file:
    with open(path('numpy/savetxt.txt'), 'rb') as plain:
        file.write(gzip.compress(plain.read(), mtime=0))
np.savetxt(path('numpy/savetxt-nan.txt'), gaps.to_numpy())
means_of('numpy/savetxt-nan.txt', gaps.dropna().to_numpy())
saved('numpy/float64.npy', array)
saved('numpy/float32.npy', array.astype('f4'))
saved('numpy/float16.npy', array.astype('f2'))
saved('numpy/float64-big-endian.npy', array.astype('>f8'))
saved('numpy/float32-big-endian.npy', array.astype('>f4'))
saved('numpy/float16-big-endian.npy', array.astype('>f2'))
saved('numpy/int64.npy', np.rint(10 * array).astype('i8'))
saved('numpy/int16-big-endian.npy', np.rint(10 * array).astype('>i2'))
saved('numpy/uint8.npy', np.rint(10 * array).astype('u1'))
saved('numpy/bool.npy', np.c_[array[:, 0] > 5.8, array[:, 1] > 3])
saved('numpy/fortran.npy', np.asfortranarray(array))
saved('numpy/fortran-float32-big-endian.npy', np.asfortranarray(array.astype('>f4')))
saved('numpy/one-column.npy', array[:, 0])
saved('numpy/gaps.npy', gaps.to_numpy(), gaps.dropna().to_numpy())

# scikit-learn's own files
DATA = os.path.join(os.path.dirname(sklearn.__file__), 'datasets', 'data')


def cut(name, out, every, promised=None):
    """Every so many-th row of one of scikit-learn's files; a first line that counts rows counts those that stay."""
    opened = gzip.open if name.endswith('.gz') else open
    with opened(os.path.join(DATA, name), 'rt') as file:
        lines = file.read().splitlines(keepends=True)
    head, rows = (lines[:1], lines[1:]) if promised else ([], lines)
    rows = rows[::every]
    head = [line.replace(promised, str(len(rows)), 1) for line in head]
    body = ''.join(head + rows).encode()
    with open(path(out), 'wb') as file:
        file.write(gzip.compress(body, mtime=0) if name.endswith('.gz') else body)
    return np.array([[float(cell) for cell in row.replace(',', ' ').split()] for row in rows])


for name in ['iris.csv', 'linnerud_exercise.csv', 'linnerud_physiological.csv']:
    shutil.copyfile(os.path.join(DATA, name), path('scikit-learn/' + name))
means_of('scikit-learn/iris.csv', bunch.data.to_numpy())
exercise = pd.read_csv(path('scikit-learn/linnerud_exercise.csv'), sep=' ')
means_of('scikit-learn/linnerud_exercise.csv', exercise)
means_of('scikit-learn/linnerud_physiological.csv', pd.read_csv(path('scikit-learn/linnerud_physiological.csv'), sep=' '))
means_of('scikit-learn/wine_data.csv', cut('wine_data.csv', 'scikit-learn/wine_data.csv', 4, '178')[:, :-1])
cancer = cut('breast_cancer.csv', 'scikit-learn/breast_cancer.csv', 10, '569')[:, :-1]
assert np.array_equal(cancer, load_breast_cancer().data[::10])
means_of('scikit-learn/breast_cancer.csv', cancer)
means_of('scikit-learn/diabetes_data_raw.csv.gz', cut('diabetes_data_raw.csv.gz', 'scikit-learn/diabetes_data_raw.csv.gz', 10))
means_of('scikit-learn/diabetes_target.csv.gz', cut('diabetes_target.csv.gz', 'scikit-learn/diabetes_target.csv.gz', 10))
digits = cut('digits.csv.gz', 'scikit-learn/digits.csv.gz', 18)
means_of('scikit-learn/digits.csv.gz', digits)

# Excel: written here, as its dialogue "Save as" names the formats
sales = pd.DataFrame(
    {
        'Größe': np.round(160 + 9 * np.sin(np.arange(24.0)), 1),
        'Umsatz': np.round(1500 + 14000 * np.cos(np.arange(24.0) / 3) ** 2, 2),
        'Stück': np.arange(24) * 7 % 11 + 1,
    }
)


def german(value, thousands=''):
    whole, _, part = f'{value:,.2f}'.rstrip('0').rstrip('.').partition('.')
    return whole.replace(',', thousands) + (',' + part if part else '')


def english(value, thousands=''):
    return f'{value:,.2f}'.rstrip('0').rstrip('.').replace(',', thousands)


def sheet(table, mark, cell, *, more=''):
    lines = [mark.join(table.columns) + more] + [mark.join(cell(v) for v in row) + more for row in table.to_numpy()]
    return ''.join(line + '\r\n' for line in lines)


def quoted(cell):
    return f'"{cell}"' if ',' in cell else cell


by_hand('excel/csv-german.csv', sheet(sales, ';', german), sales, 'cp1252')
by_hand('excel/csv-utf-8-german.csv', sheet(sales, ';', german), sales, 'utf-8-sig')
by_hand('excel/csv-german-thousands.csv', sheet(sales, ';', lambda v: german(v, '.')), sales, 'cp1252')
by_hand('excel/csv-swiss-thousands.csv', sheet(sales, ';', lambda v: english(v, '’')), sales, 'cp1252')
by_hand('excel/csv-french-thousands.csv', sheet(sales, ';', lambda v: german(v, '\u202f')), sales, 'utf-8-sig')
by_hand('excel/csv-english-thousands.csv', sheet(sales, ',', lambda v: quoted(english(v, ','))), sales, 'cp1252')
by_hand('excel/csv-sep.csv', 'sep=;\r\n' + sheet(sales, ';', german), sales, 'cp1252')
by_hand('excel/unicode-text.txt', '\ufeff' + sheet(sales, '\t', english), sales, 'utf-16-le')
by_hand('excel/unicode-text-german.txt', '\ufeff' + sheet(sales, '\t', german), sales, 'utf-16-le')
by_hand('excel/unicode-text-big-endian.txt', '\ufeff' + sheet(sales, '\t', english), sales, 'utf-16-be')
by_hand('excel/text-tabs-german.txt', sheet(sales, '\t', german), sales, 'cp1252')
by_hand('excel/csv-empty-columns.csv', sheet(sales, ';', german, more=';;'), sales, 'cp1252')
by_hand('excel/csv-empty-lines.csv', sheet(sales, ',', english) + ',,\r\n' * 3, sales, 'utf-8-sig')
by_hand('excel/csv-open-ends.csv', sheet(sales, ',', english, more=','), sales, 'utf-8-sig')
head, body = sheet(sales, ',', english).split('\r\n', 1)
by_hand('excel/csv-open-ends-of-rows.csv', head + '\r\n' + body.replace('\r\n', ',\r\n'), sales, 'utf-8-sig')
head, body = sheet(sales, '\t', english).split('\r\n', 1)
by_hand('excel/text-open-ends-of-rows.txt', head + '\r\n' + body.replace('\r\n', '\t\r\n'), sales, 'cp1252')
by_hand('excel/csv-blank-lines.csv', sheet(sales, ',', english) + '\r\n' * 3, sales, 'utf-8-sig')
by_hand('excel/csv-scientific-german.csv', sheet(sales, ';', lambda v: f'{v:.2E}'.replace('.', ',')), sales.map(lambda v: float(f'{v:.2E}')), 'cp1252')
dated = '\r\n'.join(f'{day:02}.02.2024;{german(v)}' if day else 'Datum;Umsatz' for day, v in enumerate([0, *sales['Umsatz']]))
by_hand('excel/csv-german-dates.csv', dated, sales[['Umsatz']], 'cp1252')
failed = sheet(sales, ';', german).split('\r\n')
failed[3] = '#NV;' + failed[3].split(';', 1)[1]
failed[7] = failed[7].rsplit(';', 1)[0] + ';#DIV/0!'
by_hand('excel/csv-cell-errors-german.csv', '\r\n'.join(failed), sales.drop([2, 6]), 'cp1252')
failed[3] = failed[3].replace('#NV', '#N/A')
by_hand('excel/csv-cell-errors.csv', '\r\n'.join(failed), sales.drop([2, 6]), 'cp1252')
whole = pd.DataFrame({'a': [1234, 5678, 9012, 2345], 'b': [4, 7, 3, 8]})
by_hand('excel/csv-thousands-in-doubt.csv', sheet(whole, ',', lambda v: quoted(english(v, ','))), whole)
halves = pd.DataFrame({'a': [1.5, 2.5, 2.0, 4.5], 'b': [0.25, 0.5, 0.75, 0.25]})
by_hand('excel/csv-german-without-names.csv', sheet(halves, ';', german).split('\r\n', 1)[1], halves.to_numpy())

for name, meant in [('expected.json', expected), ('levels.json', levels)]:
    with open(path(name), 'w') as file:
        lines = [f' {json.dumps(file_name)}: {json.dumps(means, ensure_ascii=False)}' for file_name, means in meant.items()]
        file.write('{\n' + ',\n'.join(lines) + '\n}\n')
