using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

/// <summary>Whose values are stored under which name, whatever is plugged in, taken out, or found first.</summary>
public sealed class SensorNamingTests : IDisposable
{
    private const string First = SysfsTree.I2C + "/1-0048";
    private const string Second = SysfsTree.I2C + "/1-0049";
    private const string Third = SysfsTree.I2C + "/1-004a";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly SysfsTree _sys = new();
    private readonly TemporaryFolder _state = new();
    private readonly CountedMetrics _counted = new();
    private readonly SensorStates _states = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, string> _names = [];
    private readonly List<string> _chosen = [];
    private RecordingLogger<LinuxSource> _logger = new();

    public void Dispose()
    {
        _sys.Dispose();
        _state.Dispose();
        _counted.Dispose();
    }

    [Fact]
    public async Task TwoOfOneName_FirstIsUnplugged_SecondKeepsItsName()
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        await using var run = Start();
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await run.NextAsync());
        _sys.Remove("class/hwmon/hwmon0");
        Assert.Equal("lm75_temp1_2=30", await run.NextAsync());
        Assert.Contains("Sensor lm75_temp1 is left out: the sensor is gone (platform/soc/fe804000.i2c/0048/temp1).", Said(2008));
    }

    [Fact]
    public async Task TwoOfOneName_FirstIsGoneAtTheNextBoot_SecondKeepsItsName()
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await RunOnceAsync());
        _sys.Clear();
        _sys.Lm75(0, Second, "31");
        Assert.Equal("lm75_temp1_2=31", await RunOnceAsync());
        Assert.Contains("lm75_temp1 of an earlier run is not there", Said(2022));
    }

    [Fact]
    public async Task ThreeOfOneDevice_FoundInAnotherOrderAtTheNextBoot_KeepTheirNames()
    {
        foreach (var (number, device, celsius) in new[] { (0, First, "20"), (1, Second, "30"), (2, Third, "40") }) _sys.Lm75(number, device, celsius);
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30 lm75_temp1_3=40", await RunOnceAsync());
        _sys.Clear();
        foreach (var (number, device, celsius) in new[] { (1, First, "20"), (2, Second, "30"), (0, Third, "40") }) _sys.Lm75(number, device, celsius);
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30 lm75_temp1_3=40", await RunOnceAsync());
    }

    [Fact]
    public async Task ControllerGetsAnotherBusNumber_SensorKeepsItsName()
    {
        _sys.Lm75(0, "platform/soc/fe804000.i2c/i2c-1/1-0048", "20");
        await RunOnceAsync();
        _sys.Clear();
        _sys.Lm75(0, "platform/soc/fe804000.i2c/i2c-4/4-0048", "20");
        Assert.Equal("lm75_temp1=20", await RunOnceAsync());
    }

    [Fact]
    public async Task SameAddressBehindTwoChannelsOfAMultiplexer_AreTwoSensors()
    {
        _sys.Lm75(0, SysfsTree.I2C + "/i2c-11/11-0048", "20");
        _sys.Lm75(1, SysfsTree.I2C + "/i2c-12/12-0048", "30");
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await RunOnceAsync());
        _sys.Remove("class/hwmon/hwmon0");
        Assert.Equal("lm75_temp1_2=30", await RunOnceAsync());
    }

    [Fact]
    public async Task UsbSensorPluggedInAgain_KeepsItsName()
    {
        const string port = "platform/soc/fd500000.pcie/usb1/1-1/1-1:1.0/0003:1B1C:0C10";
        _sys.Hwmon(0, port + ".0001", ("name", "corsairpsu"), ("temp1_input", "40000"));
        await RunOnceAsync();
        _sys.Clear();
        _sys.Lm75(0, First, "1");
        _sys.Hwmon(3, port + ".0007", ("name", "corsairpsu"), ("temp1_input", "41000"));
        Assert.Equal("corsairpsu_temp1=41 lm75_temp1=1", await RunOnceAsync());
    }

    [Fact]
    public async Task LabelsThatBecomeTheSame_AllGiveReadings()
    {
        _sys.Hwmon(0, First, ("name", "board"),
            ("temp1_input", "1000"), ("temp1_label", "Ambient"), ("temp2_input", "2000"), ("temp2_label", "Ambient"), ("temp3_input", "3000"), ("temp3_label", "Ambient 2"));
        Assert.Equal("board_ambient=1 board_ambient_2=3 board_ambient_3=2", await RunOnceAsync());
    }

    [Fact]
    public async Task LabelOfOtherLetters_SensorIsNamedByItsChannel()
    {
        _sys.Hwmon(0, First, ("name", "board"), ("temp1_input", "1000"), ("temp1_label", "温度"), ("temp2_input", "2000"), ("temp2_label", "°"));
        Assert.Equal("board_temp1=1 board_temp2=2", await RunOnceAsync());
    }

    [Fact]
    public async Task NameOfAKey_SensorGetsAnother()
    {
        _sys.Zone(0, "timestamp", "40000");
        _sys.Zone(1, "serial-number", "41000");
        Assert.Equal("serial_number_2=41 timestamp_2=40", await RunOnceAsync());
    }

    [Fact]
    public async Task SensorMovedToAnotherAddress_IsSaidAndDoesNotGoOnUnderTheOldName()
    {
        _sys.Lm75(0, First, "20");
        await RunOnceAsync();
        _sys.Clear();
        _sys.Lm75(0, Second, "20");
        Assert.Equal("lm75_temp1_2=20", await RunOnceAsync());
        Assert.Contains("new at platform/soc/fe804000.i2c/0049/temp1; lm75_temp1, of the same kind, is no longer at platform/soc/fe804000.i2c/0048/temp1", Said(2016));
    }

    [Fact]
    public async Task SensorMovedToAnotherAddress_ConfiguredName_GoesOn()
    {
        _sys.Lm75(0, First, "20");
        await RunOnceAsync();
        _sys.Clear();
        _sys.Lm75(0, Second, "21");
        _names["1-0049"] = "lm75_temp1";
        Assert.Equal("lm75_temp1=21", await RunOnceAsync());

        // The old one comes back: the configured name stays where it is.
        _sys.Lm75(1, First, "20");
        Assert.Equal("lm75_temp1=21 lm75_temp1_3=20", await RunOnceAsync());
    }

    [Fact]
    public async Task AnotherChipAtTheAddress_IsSaidAndGetsAName()
    {
        _sys.Lm75(0, First, "20");
        await RunOnceAsync();
        _sys.Clear();
        _sys.Hwmon(0, First, ("name", "tmp102"), ("temp1_input", "21000"));
        Assert.Equal("tmp102_temp1=21", await RunOnceAsync());
        Assert.Contains("there is tmp102 now, where lm75 was as lm75_temp1", Said(2015));
    }

    [Theory]
    [InlineData("platform/soc/fe804000.i2c/0049/temp1")]
    [InlineData("platform/soc/fe804000.i2c/i2c-1/1-0049/temp1")]
    [InlineData("1-0049/temp1")]
    [InlineData("1-0049")]
    [InlineData("lm75_temp1_2")]
    public async Task ConfiguredName_ByPlaceOrPresentName_IsUsed(string key)
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        _names[key] = "outlet";
        Assert.Equal("lm75_temp1=20 outlet=30", await RunOnceAsync());
        Assert.Equal("lm75_temp1=20 outlet=30", await RunOnceAsync());
    }

    [Fact]
    public async Task ConfiguredNames_ThatChangePlaces_AreUsedAtEachStart()
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        (_names["lm75_temp1"], _names["lm75_temp1_2"]) = ("lm75_temp1_2", "lm75_temp1");
        Assert.Equal("lm75_temp1=30 lm75_temp1_2=20", await RunOnceAsync());
        Assert.Equal("lm75_temp1=30 lm75_temp1_2=20", await RunOnceAsync());
    }

    [Fact]
    public async Task ConfiguredName_ThatFitsNoSensorOrTwo_IsSaidWithThoseThatAreThere()
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        (_names["1-0050"], _names["temp1"]) = ("a", "b");
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await RunOnceAsync());
        Assert.Contains("'1-0050' fits no sensor that is there; 'temp1' fits platform/soc/fe804000.i2c/0048/temp1 and platform/soc/fe804000.i2c/0049/temp1", Said(2021));
    }

    [Theory]
    [InlineData("1-0049", "outlet=30")]
    [InlineData("platform/soc/fe804000.i2c/0049/temp1", "outlet=30")]
    [InlineData("outlet", "outlet=30")]
    [InlineData("lm75_temp1_2", "outlet=30")]
    [InlineData("temp1", "lm75_temp1=20 outlet=30")]
    public async Task ChosenSensors_ByPlaceOrName_AloneAreRead(string key, string reading)
    {
        _sys.Lm75(0, First, "20");
        _sys.Lm75(1, Second, "30");
        _names["1-0049"] = "outlet";
        _chosen.Add(key);
        Assert.Equal(reading, await RunOnceAsync());
        Assert.Equal(reading.Split(' ').Length, _states.All!.Count);
        Assert.Empty(Said(2031));
    }

    [Fact]
    public async Task ChosenSensor_ThatIsNotThere_IsSaidOnceWithThoseThatAre_AndReadWhenItComes()
    {
        _sys.Lm75(0, First, "20");
        _chosen.AddRange(["1-0048", "1-0049"]);
        await using var run = Start();
        Assert.Equal("lm75_temp1=20", await run.NextAsync());
        Assert.Equal("lm75_temp1=20", await run.NextAsync());
        Assert.Equal("Of the sensors chosen by the key sensors none is here that fits '1-0049'. Here are: platform/soc/fe804000.i2c/0048/temp1.", Said(2031));
        _sys.Lm75(1, Second, "30");
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await run.NextAsync());
    }

    [Fact]
    public async Task StateDirectoryNotWritable_NamesAreTheSameForThisRun_AndItIsSaidOnce()
    {
        Directory.CreateDirectory(_state.File(SensorRegister.FileName + ".new"));
        _sys.Lm75(0, Second, "30");
        _sys.Lm75(1, First, "20");
        await using var run = Start();
        Assert.Equal("lm75_temp1=20 lm75_temp1_2=30", await run.NextAsync());
        _sys.Remove("class/hwmon/hwmon1");
        Assert.Equal("lm75_temp1_2=30", await run.NextAsync());
        _sys.Lm75(2, Third, "40");
        Assert.Equal("lm75_temp1_2=30 lm75_temp1_3=40", await run.NextAsync());
        Assert.Single(_logger.Entries, e => e.Id == 2020);

        Directory.Delete(_state.File(SensorRegister.FileName + ".new"));
        await run.NextAsync();
        Assert.Equal("lm75_temp1_2=30 lm75_temp1_3=40", await RunOnceAsync());
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("""{"sensors":[{"id":"a","name":"x","chip":"c"},{"id":"b","name":"x","chip":"c"}]}""")]
    [InlineData("""{"sensors":[null]}""")]
    public async Task StateFileDamaged_NamesAreGivenAnewAndItIsSaid(string content)
    {
        _state.Write(SensorRegister.FileName, content);
        _sys.Lm75(0, First, "20");
        Assert.Equal("lm75_temp1=20", await RunOnceAsync());
        Assert.NotEmpty(Said(2019));
        Assert.True(File.Exists(_state.File(SensorRegister.FileName + ".corrupt-1")));
    }

    [Fact]
    public async Task ZonesOfOneType_OneIsGone_TheOtherKeepsItsNumberAndItIsSaid()
    {
        _sys.Zone(0, "acpitz", "20000");
        _sys.Zone(1, "acpitz", "30000");
        _sys.Zone(2, "cpu-thermal", "40000");
        Assert.Equal("acpitz=20 acpitz_2=30 cpu_thermal=40", await RunOnceAsync());
        _sys.Remove("class/thermal/thermal_zone0");
        Assert.Equal("acpitz_2=30 cpu_thermal=40", await RunOnceAsync());
        Assert.Contains("there were 2, now 1", Said(2017));
    }

    [Fact]
    public async Task ZoneNumbersMoveOn_SameTypesInTheSameOrder_KeepTheirNames()
    {
        _sys.Zone(0, "acpitz", "20000");
        _sys.Zone(1, "acpitz", "30000");
        await RunOnceAsync();
        _sys.Clear();
        _sys.Zone(0, "wifi", "50000");
        _sys.Zone(1, "acpitz", "20000");
        _sys.Zone(2, "acpitz", "30000");
        Assert.Equal("acpitz=20 acpitz_2=30 wifi=50", await RunOnceAsync());
        Assert.Empty(Said(2017));
    }

    [Fact]
    public async Task IioSensors_FoundInAnotherOrder_KeepTheirNames()
    {
        _sys.Iio(0, SysfsTree.I2C + "/1-0076", ("name", "bmp280"), ("in_temp_input", "20000"));
        _sys.Iio(1, SysfsTree.I2C + "/1-0077", ("name", "bmp280"), ("in_temp_input", "30000"));
        Assert.Equal("bmp280_temperature=20 bmp280_temperature_2=30", await RunOnceAsync());
        _sys.Clear();
        _sys.Iio(1, SysfsTree.I2C + "/1-0076", ("name", "bmp280"), ("in_temp_input", "20000"));
        _sys.Iio(0, SysfsTree.I2C + "/1-0077", ("name", "bmp280"), ("in_temp_input", "30000"));
        Assert.Equal("bmp280_temperature=20 bmp280_temperature_2=30", await RunOnceAsync());
    }

    [Fact]
    public async Task InfraredThermometer_AmbientAndObject_AreBothRead()
    {
        _sys.Iio(0, SysfsTree.I2C + "/1-005a", ("name", "mlx90614"), ("in_temp_ambient_raw", "14816"), ("in_temp_object_raw", "15700"),
            ("in_temp_offset", "-13657.5"), ("in_temp_scale", "20"), ("in_temp_object_calibemissivity", "1.0"));
        Assert.Equal("mlx90614_temperature_ambient=23.17 mlx90614_temperature_object=40.85", await RunOnceAsync());
    }

    [Fact]
    public async Task IioChannels_NumberedModifiedAndBoth_AreReadWithTheirOwnFactors()
    {
        _sys.Iio(0, First, ("name", "chip"), ("in_temp0_raw", "1000"), ("in_temp0_scale", "2"), ("in_temp1_ambient_raw", "1000"), ("in_temp1_ambient_scale", "3"),
            ("in_temp1_object_raw", "1000"), ("in_humidityrelative_raw", "5000"), ("in_pressure0_raw", "100"), ("scale", "10"),
            ("in_temp0_mean_raw", "1"), ("in_temp0_peak_raw", "1"), ("in_temp0-temp1_raw", "1"), ("in_pressure_oversampling_ratio", "2"));
        Assert.Equal("chip_humidity=50 chip_pressure0=1000 chip_temperature0=2 chip_temperature1_ambient=3 chip_temperature1_object=10", await RunOnceAsync());
    }

    [Theory]
    [InlineData("sht3x", "humidity1_input", "150000", "sht3x_humidity1", "150 is outside the physical range of 0 to 100 %")]
    [InlineData("sht3x", "humidity1_input", "-1", "sht3x_humidity1", "-0.001 is outside")]
    [InlineData("tmp421", "temp1_input", "-274000", "tmp421_temp1", "-274 is outside the physical range of -100 to 250 °C")]
    [InlineData("sht3x", "temp1_input", "171000", "sht3x_temp1", "171 is outside the physical range of -50 to 150 °C")]
    public async Task ImpossibleValueOfAHardwareMonitor_IsLeftOutMarkedAndCounted(string chip, string file, string milli, string name, string said)
    {
        _sys.Hwmon(0, First, ("name", chip), (file, milli));
        _sys.Lm75(1, Second, "20");
        await AssertLeftOutAsync(name, said);
    }

    [Theory]
    [InlineData("bme280", "in_humidityrelative_input", "150000", "bme280_humidity", "150 is outside the physical range of 0 to 100 %")]
    [InlineData("bme280", "in_pressure_input", "-1", "bme280_pressure", "-1 is outside the physical range of 1 to 130 kPa")]
    [InlineData("bme280", "in_pressure_input", "700", "bme280_pressure", "700 is outside")]
    [InlineData("ms5837", "in_pressure_input", "0", "ms5837_pressure", "0 is outside")]
    [InlineData("bme280", "in_temp_input", "200000", "bme280_temperature", "200 is outside")]
    [InlineData("mlx90614", "in_temp_object_input", "-273150", "mlx90614_temperature_object", "-273.15 is outside")]
    public async Task ImpossibleValueOfAnIioDevice_IsLeftOutMarkedAndCounted(string chip, string file, string value, string name, string said)
    {
        _sys.Iio(0, First, ("name", chip), (file, value));
        _sys.Lm75(1, Second, "20");
        await AssertLeftOutAsync(name, said);
    }

    [Theory]
    [InlineData("max31855", "in_temp_input", "980000", "max31855_temperature=980")]
    [InlineData("mlx90614", "in_temp_object_input", "300000", "mlx90614_temperature_object=300")]
    [InlineData("bme280", "in_humidityrelative_input", "100000", "bme280_humidity=100")]
    [InlineData("sdp500", "in_pressure_input", "-0.25", "sdp500_pressure=-0.25")]
    [InlineData("ms5837", "in_pressure_input", "2900", "ms5837_pressure=2900")]
    [InlineData("icp10100", "in_pressure_input", "101.3", "icp10100_pressure=101.3")]
    public async Task ValueThatOnlySuchAChipMeasures_IsRead(string chip, string file, string value, string reading)
    {
        _sys.Iio(0, First, ("name", chip), (file, value));
        Assert.Equal(reading, await RunOnceAsync());
    }

    [Fact]
    public async Task ImpossibleValues_OneAfterTheOther_AreSaidOnceUntilItChanges()
    {
        _sys.Lm75(1, Second, "20");
        _sys.Hwmon(0, First, ("name", "sht3x"), ("humidity1_input", "150000"));
        await using var run = Start();
        await run.NextAsync();
        _sys.Write("class/hwmon/hwmon0/humidity1_input", "151000");
        await run.NextAsync();
        Assert.Single(_logger.Entries, e => e.Id == 2014);
        Assert.Equal(2, _counted["sensors.out_of_range/sht3x_humidity1"]);
        _sys.Write("class/hwmon/hwmon0/humidity1_input", "60000");
        Assert.Equal("lm75_temp1=20 sht3x_humidity1=60", await run.NextAsync());
        Assert.Contains("sht3x_humidity1 works again", Said(2009));
        Assert.Equal((SensorCondition.Good, 2L), _states.All!.Where(s => s.Name == "sht3x_humidity1").Select(s => (s.Condition, s.OutOfRange)).Single());
    }

    private async Task AssertLeftOutAsync(string name, string said)
    {
        Assert.Equal("lm75_temp1=20", await RunOnceAsync());
        Assert.Contains(said, Said(2014));
        Assert.Equal(1, _counted[$"sensors.out_of_range/{name}"]);
        var state = _states.All!.Single(s => s.Name == name);
        Assert.Equal((SensorCondition.OutOfRange, 1L), (state.Condition, state.OutOfRange));
        Assert.Contains("outside the physical range", state.Problem);
    }

    private string Said(int id) => string.Join('\n', _logger.Entries.Where(e => e.Id == id).Select(e => e.Text));

    private async Task<string> RunOnceAsync()
    {
        await using var run = Start();
        return await run.NextAsync();
    }

    /// <summary>A start of the agent, with the state directory of the last.</summary>
    private SensorRun Start()
    {
        _logger = new RecordingLogger<LinuxSource>();
        var sysfs = new Sysfs(_sys.Path, TimeSpan.FromSeconds(20), TimeProvider.System);
        return new SensorRun(_time, Interval, new LinuxSource(
            [new ThermalZones(sysfs), new HardwareMonitors(sysfs), new IndustrialIo(sysfs), new OneWireThermometers(sysfs)],
            new SensorRegister(_state.Path, new HashSet<string> { "timestamp", "serial_number" }, new SourceOptions { Names = _names, Sensors = _chosen }, _logger),
            _states, new SourceOptions { Interval = Interval }, _counted.Metrics, new LoopWatch(_time).Pulse("sensing"), _time, _logger));
    }

    private sealed class SensorRun(ManualTimeProvider time, TimeSpan interval, LinuxSource source) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<Sample> _samples = source.ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        private bool _began;

        /// <summary>The next reading: an interval later, but for the first.</summary>
        public async Task<string> NextAsync()
        {
            var next = _samples.MoveNextAsync().AsTask();
            if (_began)
            {
                await time.WaitForTimersAsync(1);
                time.Advance(interval);
            }

            _began = true;
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(20)));
            return string.Join(' ', _samples.Current.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={((ReadingValue.Number)a.Value).Digits}"));
        }

        public ValueTask DisposeAsync() => _samples.DisposeAsync();
    }
}
