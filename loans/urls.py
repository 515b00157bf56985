from django.urls import path

from loans.views import bank, cashier, fund, lists, loan, money, papers

app_name = "loans"

urlpatterns = [
    path("loans/", lists.loans, name="loans"),
    path("loans/arrears/", lists.arrears, name="arrears"),
    path("loans/collections/", money.collections, name="collections"),
    path("loans/bank/", bank.bank, name="bank"),
    path("loans/bank/take/", bank.take_all, name="take_claims"),
    path("loans/bank/<int:pk>/", bank.claim, name="claim"),
    path("loans/bank/<int:pk>/keep/", bank.keep, name="keep_receipt"),
    path("loans/bank/<int:pk>/release/", bank.release, name="release_receipt"),
    path("loans/collections/sheet.pdf", cashier.collection_list, name="collection_list"),
    path("loans/cashier/", cashier.cashier, name="cashier"),
    path("loans/cashier/deposit/", cashier.deposit, name="deposit"),
    path("loans/cashier/deposits/<int:pk>/", cashier.deposit_arrived, name="deposit_arrived"),
    path("loans/cashier/<int:pk>/", cashier.cash_day, name="cash_day"),
    path("loans/cashier/<int:pk>/slips.pdf", cashier.slips, name="slips"),
    path("loans/cashier/<int:pk>/do/<slug:verb>/", cashier.move_day, name="cash_day_move"),
    path("loans/portfolio/", fund.portfolio, name="portfolio"),
    path("loans/fund/", fund.funds, name="funds"),
    path("loans/fund/<slug:key>/", fund.fund, name="fund"),
    path("loans/<slug:ref>/", loan.loan, name="loan"),
    path("loans/<slug:ref>/do/<slug:verb>/", loan.move, name="move"),
    path("loans/<slug:ref>/screening/", loan.screen, name="screen"),
    path("loans/<slug:ref>/terms/", loan.terms, name="terms"),
    path("loans/<slug:ref>/reschedule/", loan.reschedule, name="reschedule"),
    path("loans/<slug:ref>/pay/", loan.pay, name="pay"),
    path("loans/<slug:ref>/refund/", loan.refund, name="refund"),
    path("loans/<slug:ref>/contract.pdf", loan.contract, name="contract"),
    path("loans/<slug:ref>/what-if/", papers.what_if, name="what_if"),
    path("loans/<slug:ref>/payoff.pdf", papers.payoff, name="payoff"),
    path("loans/<slug:ref>/papers/<slug:kind>.pdf", papers.loan_paper, name="paper"),
    path("loans/<slug:ref>/letters/<slug:kind>.pdf", papers.letter, name="letter"),
    path("loans/<slug:ref>/repay/", money.repay, name="repay"),
    path("loans/<slug:ref>/repayments/<int:pk>/reverse/", money.reverse_one, name="reverse"),
]
