"""Two shares of the features take about as long as each other, and cut no filter's run in two."""

import numpy as np
import pytest
from ParotidClassifierCore.radiomics.names import columns_of, parse_column
from ParotidClassifierCore.radiomics.settings import default_settings
from ParotidClassifierCore.radiomics.shares import two_shares

COLUMNS = columns_of()


def drawn(count):
    return tuple(np.random.default_rng(count).choice(COLUMNS, count, replace=False).tolist())


@pytest.mark.parametrize("columns", [drawn(1), drawn(20), drawn(60), COLUMNS], ids=len)
def test_every_column_lies_in_one_share(columns):
    shares = two_shares(columns, default_settings())
    assert sorted((*shares[0], *shares[1])) == sorted(columns)


def test_both_regions_of_an_image_and_all_wavelets_lie_in_one_share():
    def images(share):
        names = {parse_column(column).image.partition("-")[0] for column in share}
        return names - {"log"} | {c.split("_")[1] for c in share if "_log-" in c}

    first, second = map(images, two_shares(COLUMNS, default_settings()))
    assert first
    assert second
    assert not first & second


def test_work_that_is_ahead_makes_the_first_share_smaller():
    usual, smaller = (two_shares(COLUMNS, default_settings(), ms)[0] for ms in (0.0, 800.0))
    assert len(smaller) < len(usual)


def test_the_order_of_the_columns_changes_nothing():
    mixed = drawn(60)
    assert two_shares(mixed, default_settings()) == two_shares(mixed[::-1], default_settings())
