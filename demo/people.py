"""Invented names in their own scripts. No real person is meant."""

from random import Random

# (Latin, own script); where the language is written in Latin letters, both are the same.
ARMENIAN = {
    "script": "hy",
    "female": [
        ("Anahit", "Անահիտ"),
        ("Gayane", "Գայանե"),
        ("Lusine", "Լուսինե"),
        ("Mariam", "Մարիամ"),
        ("Narine", "Նարինե"),
        ("Satenik", "Սաթենիկ"),
        ("Susanna", "Սուսաննա"),
        ("Zaruhi", "Զարուհի"),
        ("Hasmik", "Հասմիկ"),
        ("Ruzanna", "Ռուզաննա"),
        ("Karine", "Կարինե"),
        ("Armine", "Արմինե"),
        ("Hripsime", "Հռիփսիմե"),
        ("Nune", "Նունե"),
        ("Siranush", "Սիրանուշ"),
        ("Varduhi", "Վարդուհի"),
        ("Shushan", "Շուշան"),
        ("Astghik", "Աստղիկ"),
    ],
    "male": [
        ("Ashot", "Աշոտ"),
        ("Vardan", "Վարդան"),
        ("Hrant", "Հրանտ"),
        ("Levon", "Լևոն"),
        ("Arsen", "Արսեն"),
        ("Karen", "Կարեն"),
        ("Gevorg", "Գևորգ"),
        ("Samvel", "Սամվել"),
        ("Hakob", "Հակոբ"),
        ("Armen", "Արմեն"),
        ("Suren", "Սուրեն"),
        ("Tigran", "Տիգրան"),
        ("Vahram", "Վահրամ"),
        ("Ara", "Արա"),
        ("Norayr", "Նորայր"),
    ],
    "family": [
        ("Hovhannisyan", "Հովհաննիսյան"),
        ("Ghazaryan", "Ղազարյան"),
        ("Petrosyan", "Պետրոսյան"),
        ("Sargsyan", "Սարգսյան"),
        ("Hakobyan", "Հակոբյան"),
        ("Baghdasaryan", "Բաղդասարյան"),
        ("Arakelyan", "Առաքելյան"),
        ("Minasyan", "Մինասյան"),
        ("Davtyan", "Դավթյան"),
        ("Grigoryan", "Գրիգորյան"),
        ("Avagyan", "Ավագյան"),
        ("Mkrtchyan", "Մկրտչյան"),
        ("Manukyan", "Մանուկյան"),
        ("Karapetyan", "Կարապետյան"),
        ("Asatryan", "Ասատրյան"),
        ("Vardanyan", "Վարդանյան"),
        ("Simonyan", "Սիմոնյան"),
        ("Melkonyan", "Մելքոնյան"),
        ("Danielyan", "Դանիելյան"),
        ("Stepanyan", "Ստեփանյան"),
        ("Galstyan", "Գալստյան"),
        ("Yeghiazaryan", "Եղիազարյան"),
    ],
}
GEORGIAN = {
    "script": "ka",
    "female": [
        ("Manana", "მანანა"),
        ("Nino", "ნინო"),
        ("Ketevan", "ქეთევან"),
        ("Tamar", "თამარ"),
        ("Eka", "ეკა"),
        ("Salome", "სალომე"),
        ("Natia", "ნათია"),
        ("Lali", "ლალი"),
        ("Maia", "მაია"),
        ("Tinatin", "თინათინ"),
    ],
    "male": [
        ("Giorgi", "გიორგი"),
        ("Levan", "ლევან"),
        ("Zurab", "ზურაბ"),
        ("Davit", "დავით"),
        ("Irakli", "ირაკლი"),
        ("Vakhtang", "ვახტანგ"),
        ("Tornike", "თორნიკე"),
        ("Gela", "გელა"),
        ("Mamuka", "მამუკა"),
        ("Besik", "ბესიკ"),
        ("Nodar", "ნოდარ"),
        ("Temur", "თემურ"),
        ("Rezo", "რეზო"),
        ("Avtandil", "ავთანდილ"),
    ],
    "family": [
        ("Kapanadze", "კაპანაძე"),
        ("Beridze", "ბერიძე"),
        ("Gelashvili", "გელაშვილი"),
        ("Japaridze", "ჯაფარიძე"),
        ("Kiknadze", "კიკნაძე"),
        ("Maisuradze", "მაისურაძე"),
        ("Tsiklauri", "წიკლაური"),
        ("Chkheidze", "ჩხეიძე"),
        ("Abashidze", "აბაშიძე"),
        ("Gogoladze", "გოგოლაძე"),
        ("Nozadze", "ნოზაძე"),
        ("Lomidze", "ლომიძე"),
        ("Kvaratskhelia", "კვარაცხელია"),
        ("Mchedlishvili", "მჭედლიშვილი"),
        ("Tabatadze", "ტაბატაძე"),
    ],
}


def _same(words):
    return [(word, word) for word in words.split()]


AZERBAIJANI = {
    "script": "",
    "female": _same("Aynur Gülnar Nigar Leyla Sevinc Zəhra Könül Təranə Ülviyyə Şəfiqə Mehriban Ruhəngiz"),
    "male": _same("Rəşad Elçin Tural Vüqar Kamran Orxan Əli Səfər Nəriman Ağasi Cavid Fərhad Yusif İlqar Şahin Zaur"),
    "family": _same(
        "Məmmədov Əliyev Hüseynov Quliyev Abbasov İsmayılov Rzayev Kərimov Nəsirov Cəfərov Bağırov Şirinov "
        "Səmədov Həsənov Vəliyev Ağayev"
    ),
}
ALBANIAN = {
    "script": "",
    "female": _same(
        "Arta Drita Teuta Vjosa Valdete Nora Shpresa Merita Besa Flutura Adelina Ardita Luljeta Mimoza Zana"
    ),
    "male": _same(
        "Blerim Faton Agron Besnik Ilir Petrit Luan Driton Ardian Skender Liridon Visar Gëzim Bujar Naim Valon"
    ),
    "family": _same(
        "Krasniqi Gashi Berisha Hoxha Morina Shala Bytyqi Rexhepi Kelmendi Zeka Mustafa Dervishi Limani Haliti Osmani "
        "Ramadani Kuqi Selimi Ahmeti Pllana Sopi Vllasi Ukaj Jovanović Stanković Petrović Ilić Kaya Thaçi Gjoka"
    ),
}
TAJIK = {
    "script": "tg",
    "female": [
        ("Mavzuna", "Мавзуна"),
        ("Nigina", "Нигина"),
        ("Zarina", "Зарина"),
        ("Parvina", "Парвина"),
        ("Gulnoza", "Гулноза"),
        ("Shahlo", "Шаҳло"),
        ("Munira", "Мунира"),
        ("Oisha", "Оиша"),
    ],
    "male": [
        ("Firdavs", "Фирдавс"),
        ("Umed", "Умед"),
        ("Rustam", "Рустам"),
        ("Siroj", "Сироҷ"),
        ("Daler", "Далер"),
        ("Jamshed", "Ҷамшед"),
        ("Farrukh", "Фаррух"),
        ("Ismoil", "Исмоил"),
    ],
    "family": [
        ("Rahimov", "Раҳимов"),
        ("Nazarov", "Назаров"),
        ("Saidov", "Саидов"),
        ("Sharipov", "Шарипов"),
        ("Karimov", "Каримов"),
        ("Yusupov", "Юсупов"),
        ("Ghaniev", "Ғаниев"),
        ("Muradov", "Муродов"),
        ("Azizov", "Азизов"),
        ("Boboev", "Бобоев"),
    ],
}
KYRGYZ = {
    "script": "ky",
    "female": [
        ("Aigul", "Айгүл"),
        ("Jyldyz", "Жылдыз"),
        ("Cholpon", "Чолпон"),
        ("Gulmira", "Гүлмира"),
        ("Dinara", "Динара"),
        ("Meerim", "Мээрим"),
        ("Nurgul", "Нургүл"),
    ],
    "male": [
        ("Azamat", "Азамат"),
        ("Bakyt", "Бакыт"),
        ("Kubanych", "Кубаныч"),
        ("Erkin", "Эркин"),
        ("Nurbek", "Нурбек"),
        ("Tilek", "Тилек"),
        ("Oroz", "Ороз"),
    ],
    "family": [
        ("Asanov", "Асанов"),
        ("Mamytov", "Мамытов"),
        ("Bekbolotov", "Бекболотов"),
        ("Sadykov", "Садыков"),
        ("Osmonov", "Осмонов"),
        ("Jumabaev", "Жумабаев"),
        ("Esenov", "Эсенов"),
        ("Aliev", "Алиев"),
        ("Sataev", "Сатаев"),
    ],
}
POOLS = {"AM": ARMENIAN, "GE": GEORGIAN, "AZ": AZERBAIJANI, "XK": ALBANIAN, "TJ": TAJIK, "KG": KYRGYZ}


class Names:
    """A stream of invented people of one country, the same for the same seed."""

    def __init__(self, country, seed):
        self.country = country
        self.pool = POOLS[country]
        self.random = Random(f"{country}-{seed}")

    def person(self, sex, on):
        """Facts for register_party on that day: name, name_script, script_language, sex, birth_year."""
        first = self.random.choice(self.pool[sex])
        family = self.random.choice(self.pool["family"])
        script = self.pool["script"]
        latin = f"{first[0]} {self._family(family[0], sex)}"
        own = f"{first[1]} {self._family(family[1], sex)}"
        return {
            "name": latin,
            "name_script": own if script else "",
            "script_language": script,
            "sex": sex,
            "birth_year": min(self.random.randint(1955, 1994), on.year - 18),
        }

    def _family(self, name, sex):
        if sex != "female" or self.country in ("AM", "GE", "XK"):
            return name
        if name.endswith(("ов", "ев")):
            return f"{name}а"
        return f"{name}a" if name.endswith(("ov", "ev")) else name
