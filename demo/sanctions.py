"""An invented sanctions list: none of these persons and firms exists, and each name says so."""

SANCTIONS_NAME = "Invented list of the demonstration"
SANCTIONS = """name,aliases,kind,birth_year,country,reference
Zorbek Invented Qadiruk,Зорбек Инвентед Кадирук,person,1961,Nowhere,DEMO-001
Ulmira Invented Tasvandi,Ulmira I. Tasvandy,person,1970;1971,Nowhere,DEMO-002
Brovko Invented Xhelduni,,person,1955,Nowhere,DEMO-003
Invented Moonstone Haulage,Moonstone Invented Cargo,entity,,Nowhere,DEMO-004
Invented Basalt Exchange House,,entity,,Nowhere,DEMO-005
""".encode()
