import pytest
from fixtures.bundles import made_bundle
from fixtures.cases import ball_case


@pytest.fixture(scope="module")
def bundle():
    return made_bundle()


@pytest.fixture(scope="module")
def case():
    return ball_case(8.0)
