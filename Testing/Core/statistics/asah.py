"""113 patients with aneurysmal subarachnoid haemorrhage: three measurements against outcome.

Measured by Turck et al. 2010, Intensive Care Medicine 36:107-115; the data set aSAH of the R
package pROC (Robin et al. 2011, BMC Bioinformatics 12:77), whose figures of it the tests compare
with. The first 72 patients had a good outcome, the other 41 a poor one.
"""

import numpy as np

POOR = np.arange(113) >= 72


def _values(text: str) -> np.ndarray:
    return np.array(text.split(), float)


# World Federation of Neurological Surgeons grade, 1 to 5.
WFNS = _values("""
1 1 1 1 5 1 2 2 1 2 2 1 1 1 2 1 2 1 1 3 4 1 4 1 5 5 1 1 2 4 1 1 2 2 1 2 1 2 2 1 1 1 1 2 1 2 1 1
3 2 4 2 1 4 1 1 5 4 2 2 1 1 1 3 1 2 2 4 4 1 1 1 3 2 4 5 5 5 5 2 5 2 1 2 5 4 4 2 5 5 5 2 5 2 5 2
4 5 4 4 1 4 4 2 2 5 5 2 2 5 5 5 5
""")

# S100 calcium binding protein B, 0.01 µg/l.
S100B = _values("""
13 14 10 4 47 18 10 10 4 8 4 9 11 7 17 7 11 13 19 5 16 14 34 9 50 46 16 7 43 45 11 8 9 8 6 13 10
14 15 6 5 9 4 9 8 16 9 8 33 11 28 7 10 32 7 5 24 38 10 15 8 14 10 7 4 19 15 47 17 15 50 48 13 10
16 12 44 71 49 7 33 9 7 41 35 48 96 25 86 52 207 7 77 30 3 9 23 70 27 71 8 26 13 10 11 22 56 14
58 32 82 74 44
""")

# Nucleoside diphosphate kinase A, µg/l.
NDKA = _values("""
3.01 8.54 8.09 10.42 6 15.54 6.01 17.86 13.41 20.75 16.11 49.94 9.47 6.29 12.53 6.54 6.3 80.3
12.8 9.8 9.81 18.21 5.03 8.02 6.59 9.63 13.12 7.96 14.34 41.43 7.63 7.06 12.59 9.44 7.66 12.98
27.19 22.27 9.95 11.73 58.83 6.39 17.21 9.7 10.51 10.6 14.57 4.61 17.3 12.71 9.44 11.07 19.46
10.83 11.97 7.75 9.83 10.55 28.49 8.53 12.57 12.9 46.83 11.68 12.67 9.01 24.58 10.33 13.87 22.43
6.79 13.45 17.4 12.75 13.2 15.96 5.18 8.9 11.6 32.37 54.82 32.41 40.34 9.85 14.04 21.93 7.42
8.38 13.56 3.87 419.19 21.22 10.4 11.09 12.22 13.67 22.63 12.9 21.57 8.23 72.57 15.54 5.19 9.63
21.48 5.37 9.57 34.06 11.72 14.26 47.61 11.67 15.89
""")
