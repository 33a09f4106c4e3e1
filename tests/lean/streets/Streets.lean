import Streets.Orders
