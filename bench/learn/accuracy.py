#!/usr/bin/env python3
"""What other ways to learn get out of the same rows, and the measures of how good all are.

    accuracy.py shared DIR OUT            makes files of sets in OUT of the data in DIR
    accuracy.py table NAME CSV            prints SQL that makes the table NAME of a file
    accuracy.py others CSV OUT            learns on four folds in the other ways, and writes what they say of the fifth
    accuracy.py report DIR                the table of what the files of bench/learn/run in DIR come to

A file has a header, a column "outcome" and, but for `table`, one "fold", 0 to 4. numpy, pandas and scikit-learn do the work,
on one thread if OMP_NUM_THREADS is 1.
"""
import glob
import json
import os
import re
import sys
import time

import numpy as np
import pandas as pd

FOLDS = 5


# --- measures: the same for all ways ----------------------------------------------------------------------------------

def auc(score, y):
    """The chance that a best one has more than a rest, ties counting half."""
    order = pd.Series(score).rank().to_numpy()
    best, rest = y.sum(), (~y).sum()
    return np.nan if best == 0 or rest == 0 else (order[y].sum() - best * (best + 1) / 2) / (best * rest)


def slope(p, y):
    """The coefficient of a logistic regression of the outcome on the log odds, without any penalty: 1 is calibrated."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    x = np.column_stack([np.ones(len(p)), np.log(p / (1 - p))])
    if x[:, 1].std() < 1e-9:
        return np.nan
    loss = lambda beta: np.sum(np.logaddexp(0, x @ beta) - y * (x @ beta))
    beta = np.array([0.0, 1.0])
    for _ in range(50):
        q = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        step = np.linalg.solve((x.T * (q * (1 - q) + 1e-9)) @ x, x.T @ (y - q))
        while loss(beta + step) > loss(beta) and np.abs(step).max() > 1e-9:
            step /= 2
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta[1]


def measure(rows):
    """AUC is the mean over folds: scores of different folds do not pool. Brier score and slope are of all rows."""
    y = rows.outcome.to_numpy(bool)
    by_fold = [auc(f.score.to_numpy(float), f.outcome.to_numpy(bool)) for _, f in rows.groupby('fold')]
    p = rows.probability.to_numpy(float)
    if (rows.groupby('fold').probability.nunique() == 1).all():
        p = np.full(len(p), p.mean())    # it tells no rows apart, so nothing has a slope
    return {'auc': np.nanmean(by_fold), 'brier': np.mean((p - y) ** 2), 'slope': slope(p, y), 'rows': len(rows), 'base': y.mean()}


# --- what a careful analyst makes of a CSV file -----------------------------------------------------------------------

def truth(column):
    known = column.astype(str).str.strip().str.lower()
    return known.isin(['true', 't', 'yes', '1', '1.0']).to_numpy()


def read(path):
    """The rows, the outcome and the folds."""
    rows = pd.read_csv(path, low_memory=False)
    y = truth(rows.pop('outcome'))
    return rows, y, rows.pop('fold').to_numpy(int)


def indicators(lists, name):
    """A column for each of the items that lists have in common with others."""
    items = lists.explode().dropna().value_counts()
    return {f'{name}: {i}': lists.map(lambda have, i=i: float(isinstance(have, list) and i in have)) for i in items[items > 1].index[:100]}


def array(text):
    return re.findall(r'"((?:[^"\\]|\\.)*)"|([^,"{}]+)', text)


def prepare(rows):
    """Numbers and dates as numbers, texts as categories, arrays and objects taken apart, texts that name a row left out."""
    made = {}
    for name in rows:
        column = rows[name]
        if column.dtype != object:
            made[name] = column.astype(float)
            continue
        known = column.dropna().astype(str)
        if len(known) == 0:
            continue
        if known.str.match(r'\s*\{"[^"]*":').mean() > 0.9:
            objects = column.map(lambda v: json.loads(v) if isinstance(v, str) else {})
            for key in sorted({k for o in objects for k in o}):
                values = objects.map(lambda o, key=key: o.get(key))
                if values.map(lambda v: isinstance(v, list)).any():
                    made.update(indicators(values, f'{name}.{key}'))
                else:
                    values = values.map(lambda v: float(v) if isinstance(v, bool) else v).infer_objects()
                    made.update(prepare(pd.DataFrame({f'{name}.{key}': values})))
            continue
        if known.str.match(r'\{.*\}$').mean() > 0.9:
            lists = column.map(lambda v: [a or b for a, b in array(v)] if isinstance(v, str) else None)
            made.update(indicators(lists, name))
            continue
        number = pd.to_numeric(known, errors='coerce')
        if number.notna().mean() >= 0.7:
            made[name] = pd.to_numeric(column, errors='coerce').astype(float)
        elif known.str.match(r'\d{4}-\d\d-\d\d').mean() >= 0.9:
            date = pd.to_datetime(column.str[:10], errors='coerce')
            made[name] = (date - pd.Timestamp('2000-01-01')).dt.days.astype(float)
        elif known.nunique() <= max(100, len(known) / 2):
            made[name] = column.astype(object).where(column.isna(), column.astype(str))
    return made


# --- other ways -------------------------------------------------------------------------------------------------------

class Booster:
    """Histogram gradient boosting. Categories of up to 254 values as such, or all as ordinal numbers: see `ways`."""

    def __init__(self, native, early=False):
        self.native, self.early = native, early

    def fit(self, x, y):
        from sklearn.ensemble import HistGradientBoostingClassifier
        self.text = [c for c in x if x[c].dtype == object]
        self.codes = {c: {v: i for i, v in enumerate(sorted(x[c].dropna().unique()))} for c in self.text}
        mask = [self.native and c in self.codes and len(self.codes[c]) < 255 for c in x]
        self.model = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=200, min_samples_leaf=20, l2_regularization=1, early_stopping=self.early,
            random_state=0, categorical_features=mask if any(mask) else None)
        self.model.fit(self.coded(x), y)
        return self

    def coded(self, x):
        return np.column_stack([x[c].map(self.codes[c]).astype(float) if c in self.codes else x[c] for c in x])

    def probability(self, x):
        return self.model.predict_proba(self.coded(x))[:, 1]


class Logistic:
    """Logistic regression: numbers with the median and an indicator for what is missing, standardised; texts one-hot."""

    def fit(self, x, y):
        from sklearn.compose import ColumnTransformer
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler
        text = [c for c in x if x[c].dtype == object]
        number = [c for c in x if c not in text and x[c].notna().any()]
        self.text = text
        self.model = make_pipeline(
            ColumnTransformer([('number', make_pipeline(SimpleImputer(strategy='median', add_indicator=True), StandardScaler()), number),
                               ('text', OneHotEncoder(handle_unknown='ignore'), text)]),
            LogisticRegression(C=1, max_iter=2000))
        self.model.fit(self.filled(x), y)
        return self

    def filled(self, x):
        return x.assign(**{c: x[c].fillna('') for c in self.text})

    def probability(self, x):
        return self.model.predict_proba(self.filled(x))[:, 1]


class Woe:
    """The scorecard of the textbooks: numbers in ten quantile bins, weights of evidence, a logistic regression on these."""

    def bins(self, name, column):
        if name not in self.cuts:
            return column.fillna('').to_numpy()
        values = column.to_numpy(float)
        return np.where(np.isnan(values), -1, np.searchsorted(self.cuts[name], values, side='right'))

    def fit(self, x, y):
        from sklearn.linear_model import LogisticRegression
        self.cuts = {c: np.unique(np.nanquantile(x[c], np.arange(1, 10) / 10)) for c in x if x[c].dtype != object and x[c].notna().any()}
        self.weights = {}
        self.names = [c for c in x if x[c].notna().any()]
        for c in self.names:
            b = pd.Series(self.bins(c, x[c]))
            n, best = b.groupby(b).size(), pd.Series(y.astype(float)).groupby(b).sum()
            self.weights[c] = np.log(((best + 0.5) / y.sum()) / ((n - best + 0.5) / (~y).sum())).to_dict()
        self.model = LogisticRegression(C=1, max_iter=2000).fit(self.woe(x), y)
        return self

    def woe(self, x):
        return np.column_stack([pd.Series(self.bins(c, x[c])).map(self.weights[c]).fillna(0).to_numpy(float) for c in self.names])

    def probability(self, x):
        return self.model.predict_proba(self.woe(x))[:, 1]


# The booster is better one way on some sets and the other on others; stopping early is what it does by default, and quicker.
WAYS = {'booster': lambda: Booster(True), 'booster, ordinal': lambda: Booster(False),
        'booster, stopping early': lambda: Booster(True, 'auto'), 'logistic': Logistic, 'woe': Woe}


def held_out(way, x, y, fold):
    """What a way says of each row, learned from the other folds; and how long that took."""
    p = np.full(len(y), np.nan)
    began = time.process_time()
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        base = y[train].mean()
        if base in (0, 1) or not test.any():
            p[test] = base
            continue
        xt = x[train].reset_index(drop=True)
        p[test] = way().fit(xt, y[train]).probability(x[test].reset_index(drop=True))
    return p, time.process_time() - began


def others(path, out):
    began = time.process_time()
    rows, y, fold = read(path)
    x = pd.DataFrame(prepare(rows))
    reading = time.process_time() - began
    ways = dict(WAYS)
    if not any(x[c].dtype == object for c in x):
        del ways['booster, ordinal']    # the same
    held = []
    for name, way in ways.items():
        p, seconds = held_out(way, x, y, fold)
        held.append(pd.DataFrame({'way': name, 'fold': fold, 'outcome': y, 'score': p, 'probability': p, 'seconds': seconds, 'reading': reading}))
    pd.concat(held).to_csv(out, index=False)


# --- tables for PostgreSQL --------------------------------------------------------------------------------------------

def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table(name, path):
    """Types as one would choose them by hand, all the values kept as they are."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[''])
    columns, seen = [], set()
    for c in rows:
        known = rows[c].dropna()
        if c == 'outcome':
            kind = 'boolean'
        elif len(known) == 0:
            kind = 'text'
        elif known.str.fullmatch(r'0|-?[1-9]\d{0,8}').all():
            kind = 'integer'
        elif known.str.fullmatch(r'0|-?[1-9]\d{0,17}').all():
            kind = 'bigint'
        elif known.str.fullmatch(r'-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?').all():
            kind = 'float8'
        elif known.str.fullmatch(r'\d{4}-\d\d-\d\d').all():
            kind = 'date'
        elif known.str.fullmatch(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d)?').all():
            kind = 'timestamptz'
        elif known.str.fullmatch(r'[Tt]rue|[Ff]alse|TRUE|FALSE|t|f').all():
            kind = 'boolean'
        elif known.str.match(r'\{"[^"]*":').all():
            kind = 'jsonb'
        elif known.str.fullmatch(r'\{.*\}').all():
            kind = 'text[]'
        else:
            kind = 'text'
        label, i = c.encode()[:63].decode(errors='ignore'), 1
        while label in seen:
            label, i = c.encode()[:60].decode(errors='ignore') + f'_{i}', i + 1
        seen.add(label)
        columns.append((label, kind))
    table, definitions = quoted(name), ', '.join(f'{quoted(c)} {kind}' for c, kind in columns)
    listed = ', '.join(quoted(c) for c, _ in columns)
    # a quoted empty string is no number
    options = 'FORMAT csv, HEADER, FORCE_NULL (' + ', '.join(quoted(c) for c, kind in columns if kind != 'text') + ')'
    print(f'BEGIN; DROP TABLE IF EXISTS {table};')    # filled by the transaction that makes them, tables keep the order of rows
    if 'fold' in seen:
        print(f'CREATE TABLE {table} ({definitions});')
        print(f"\\copy {table} FROM '{path}' WITH ({options})")
    else:
        print(f'CREATE TEMP TABLE file (n bigint GENERATED ALWAYS AS IDENTITY, {definitions});')
        print(f"\\copy file ({listed}) FROM '{path}' WITH ({options})")
        print(f'CREATE TABLE {table} AS SELECT {listed}, '
              f'(row_number() OVER (PARTITION BY outcome ORDER BY md5(n::text)) % {FOLDS})::integer AS fold FROM file ORDER BY n;')
    print(f'COMMIT; VACUUM ANALYZE {table};')


# --- sets of the data that the project's own work has beside it --------------------------------------------------------

def shared(data, out):
    """Churn, credit, resellers whose revenue or margin is of the top fifth, companies of the top fifth by market value."""
    def write(name, rows, outcome):
        path = os.path.join(out, name + '.csv')
        if not os.path.exists(path):
            rows.assign(outcome=outcome).to_csv(path, index=False)

    def there(*names):
        return all(os.path.exists(os.path.join(data, n)) for n in names)

    def load(name, **options):
        return pd.read_csv(os.path.join(data, name), **options)

    if there('modeldata/wa_churn.csv'):
        rows = load('modeldata/wa_churn.csv')
        write('wa_churn', rows.drop(columns='churn'), rows.churn == 'Yes')
    if there('modeldata/credit_data.csv'):
        rows = load('modeldata/credit_data.csv')
        write('credit_data', rows.drop(columns='Status'), rows.Status == 'bad')
    if there('forbes2000/Forbes2000.csv'):
        rows = load('forbes2000/Forbes2000.csv').drop(columns=['rank', 'name'])
        write('forbes_value', rows.drop(columns='marketvalue'), rows.marketvalue >= rows.marketvalue.quantile(0.8))
    resellers = [f'adventureworks-resellers/{n}.csv' for n in ('DimReseller', 'Resellers', 'FactResellerSales')]
    if there(*resellers):
        sales = load(resellers[2])
        sales['revenue'] = pd.to_numeric(sales.SalesAmount, errors='coerce')
        sales['margin'] = sales.revenue - pd.to_numeric(sales.StandardCost, errors='coerce') * sales.OrderQuantity
        places = load(resellers[1])[['ResellerKey', 'City', 'StateProvinceName', 'Country_Region']]
        rows = load(resellers[0], na_values=['NULL']).merge(places, on='ResellerKey', how='left')
        rows = rows.merge(sales.groupby('ResellerKey')[['revenue', 'margin']].sum(), on='ResellerKey')
        for what in ('revenue', 'margin'):
            write('resellers_' + what, rows[[
                'BusinessType', 'NumberEmployees', 'OrderFrequency', 'ProductLine', 'AnnualSales', 'BankName', 'MinPaymentType',
                'MinPaymentAmount', 'AnnualRevenue', 'YearOpened', 'City', 'StateProvinceName', 'Country_Region',
            ]], rows[what] >= rows[what].quantile(0.8))


# --- the report -------------------------------------------------------------------------------------------------------

def standings(score, y):
    """For each best one the share of the rest that it beats, for each of the rest the share of the best that beat it."""
    ranks = pd.Series(score).rank().to_numpy()
    among_best, among_rest = pd.Series(score[y]).rank().to_numpy(), pd.Series(score[~y]).rank().to_numpy()
    return (ranks[y] - among_best) / (~y).sum(), 1 - (ranks[~y] - among_rest) / y.sum()


def uncertainty(ours, other):
    """Half of the 95 % interval of the difference of two mean AUCs over the same rows (DeLong, a fold at a time)."""
    variance, folds = 0.0, 0
    for k, a in ours.groupby('fold'):
        y, b = a.outcome.to_numpy(bool), other[other.fold == k]
        if y.sum() < 2 or (~y).sum() < 2:
            continue
        (best_a, rest_a), (best_b, rest_b) = standings(a.score.to_numpy(float), y), standings(b.score.to_numpy(float), y)
        variance += np.var(best_a - best_b, ddof=1) / y.sum() + np.var(rest_a - rest_b, ddof=1) / (~y).sum()
        folds += 1
    return 1.96 * np.sqrt(variance) / folds if folds else np.nan


def paired(rows, others):
    """Both by fold, in which the rows are in the same order."""
    a, b = (r.sort_values('fold', kind='stable').reset_index(drop=True) for r in (rows, others))
    assert len(a) == len(b) and (a.outcome == b.outcome).all()
    return a, b


def report(directory):
    lines, unmet, told = [], {}, []
    for path in sorted(glob.glob(os.path.join(directory, '*.ours.csv'))):
        name = os.path.basename(path)[:-len('.ours.csv')]
        beside = os.path.join(directory, name)
        ours = pd.read_csv(path)
        learned = pd.read_csv(beside + '.learned.csv')
        copied = float(open(beside + '.copied').read())
        all_others = pd.read_csv(beside + '.others.csv', low_memory=False)
        ours['outcome'], all_others['outcome'] = truth(ours.outcome), truth(all_others.outcome)
        them = {way: rows for way, rows in all_others.groupby('way')}
        mine, other = measure(ours), {way: measure(rows) for way, rows in them.items()}
        way = max((w for w in ('booster', 'booster, ordinal') if w in other), key=lambda w: other[w]['auc'])
        booster, logistic, woe = other[way], other['logistic'], other['woe']
        quickest = min(rows.seconds.iloc[0] + rows.reading.iloc[0] for w, rows in them.items() if w.startswith('booster')) + copied
        seconds = learned.ms[learned.fold == -1].iloc[0] / 1000
        folds = learned[learned.fold >= 0]
        bars = {'AUC (booster)': mine['auc'] >= booster['auc'] - 0.005, 'AUC (logistic)': mine['auc'] >= logistic['auc'],
                'Brier': mine['brier'] <= booster['brier'] + 0.002, 'slope': 0.9 <= mine['slope'] <= 1.1, 'time': seconds <= quickest}
        for bar, met in bars.items():
            unmet.setdefault(bar, []).append(not met)
        if folds.auc.notna().any():
            told.append((folds.auc.mean() - mine['auc'], folds.auc_full.mean() - folds.auc.mean()))
        none = (folds.verdict == 'no reliable portrait').sum()
        lines.append([
            name, mine['rows'], f"{100 * mine['base']:.1f}", f"{mine['auc']:.4f}", f"{folds.auc.mean():.4f}", f"{folds.auc_full.mean():.4f}",
            f"{booster['auc']:.4f}", f"{logistic['auc']:.4f}", f"{woe['auc']:.4f}",
            f"{mine['auc'] - booster['auc']:+.4f}", f'{uncertainty(*paired(ours, them[way])):.4f}', f"{mine['auc'] - logistic['auc']:+.4f}",
            f"{mine['brier']:.4f}", f"{booster['brier']:.4f}", f"{mine['slope']:.2f}", f"{booster['slope']:.2f}",
            f'{folds.characteristics.mean():.1f}', f'{seconds:.2f}', f'{quickest:.2f}',
            ('yes' if all(bars.values()) else 'NO: ' + ', '.join(b for b, met in bars.items() if not met)) +
            (f'; no portrait in {none} folds' if none else '')])
    head = ['set', 'rows', 'best %', 'AUC', 'told', 'full', 'booster', 'logistic', 'WoE', 'to booster', '+-', 'to logistic',
            'Brier', "booster's", 'slope', "booster's", 'char.', 's', "booster's", 'met']
    widths = [max(len(str(line[i])) for line in [head] + lines) for i in range(len(head))]
    print()
    for line in [head] + lines:
        print('  '.join(str(v).ljust(w) if i in (0, len(head) - 1) else str(v).rjust(w) for i, (v, w) in enumerate(zip(line, widths))).rstrip())
    print()
    for bar, misses in unmet.items():
        print(f'{bar}: met on {misses.count(False)} of {len(misses)} sets')
    if told:
        optimism, lost = np.mean(told, axis=0)
        print(f'In the mean, AUC told less that of rows held out: {optimism:+.4f}; AUC lost by making short: {lost:.4f}')


if __name__ == '__main__':
    commands = {'shared': (shared, 2), 'table': (table, 2), 'others': (others, 2), 'report': (report, 1)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands or len(sys.argv) != 2 + commands[sys.argv[1]][1]:
        sys.exit(__doc__)
    commands[sys.argv[1]][0](*sys.argv[2:])
