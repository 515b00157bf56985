from django.urls import path

from loans.urls_people import patterns as people
from loans.views import fund, lists, loan, money, relief

app_name = "loans"

urlpatterns = [
    *people,
    path("loans/", lists.loans, name="loans"),
    path("loans/arrears/", lists.arrears, name="arrears"),
    path("loans/collections/", money.collections, name="collections"),
    path("loans/portfolio/", fund.portfolio, name="portfolio"),
    path("loans/fund/", fund.funds, name="funds"),
    path("loans/fund/<slug:key>/", fund.fund, name="fund"),
    path("loans/<slug:ref>/", loan.loan, name="loan"),
    path("loans/<slug:ref>/do/<slug:verb>/", loan.move, name="move"),
    path("loans/<slug:ref>/screening/", loan.screen, name="screen"),
    path("loans/<slug:ref>/terms/", loan.terms, name="terms"),
    path("loans/<slug:ref>/reschedule/", relief.reschedule, name="reschedule"),
    path("loans/<slug:ref>/waive/", relief.waiver, name="waive"),
    path("loans/<slug:ref>/rate/", relief.rate, name="rate"),
    path("loans/<slug:ref>/payoff/", relief.payoff, name="payoff"),
    path("loans/<slug:ref>/pay/", loan.pay, name="pay"),
    path("loans/<slug:ref>/refund/", loan.refund, name="refund"),
    path("loans/<slug:ref>/contract.pdf", loan.contract, name="contract"),
    path("loans/<slug:ref>/repay/", money.repay, name="repay"),
    path("loans/<slug:ref>/repayments/<int:pk>/reverse/", money.reverse_one, name="reverse"),
]
