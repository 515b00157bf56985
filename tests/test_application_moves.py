from tests.steps_applicants import eligible_application
def test_x(office):
    case = eligible_application(office)
    assert case.state == "eligible"
def test_y(lending):
    case = eligible_application(lending)
    assert case.state == "eligible"
